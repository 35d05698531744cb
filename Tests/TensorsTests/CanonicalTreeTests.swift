import Tensors
import TestSupport
import Testing

/// The tree written out: every sum is spelled as text, so an order of adding is a string.
struct CanonicalTreeTests {
  /// Level by level: (0,1), (2,3), …; what has no partner or an absent one moves up unchanged.
  private func spelled(_ leaves: [String?]) -> String? {
    var level = leaves
    while level.count > 1 {
      level = stride(from: 0, to: level.count, by: 2).map { i in
        guard i + 1 < level.count, let right = level[i + 1] else { return level[i] }
        return level[i].map { "(\($0)+\(right))" } ?? right
      }
    }
    return level[0]
  }

  private func leaves(_ range: Range<Int>, present: Int) -> [String?] {
    range.map { $0 < present ? "\($0)" : nil }
  }

  /// All nodes, by splitting at the largest power of two below the count.
  private func allNodes(_ node: Range<Int>) -> [Range<Int>] {
    guard node.count > 1 else { return [node] }
    var half = 1
    while 2 * half < node.count { half *= 2 }
    let cut = node.lowerBound + half
    return [node] + allNodes(node.lowerBound..<cut) + allNodes(cut..<node.upperBound)
  }

  @Test(arguments: 1...64)
  func sumsInTheOrderOfTheDefinition(count: Int) {
    let tree = CanonicalTree(leaves: count)
    let parts = (0..<count).map { $0..<$0 + 1 }
    for present in 0...count {
      var texts = leaves(0..<count, present: present)
      let winner = tree.sum(parts, present: present) { a, b in
        texts[a] = "(\(texts[a] ?? "absent")+\(texts[b] ?? "absent"))"
      }
      let sum = winner.flatMap { texts[$0] }
      #expect(sum == spelled(leaves(0..<count, present: present)))
      #expect((winner == nil) == (present == 0))
    }
  }

  /// Whoever holds which lanes: partial sums of maximal nodes lead to the same order.
  @Test(arguments: [1, 2, 3, 5, 6, 7, 8, 11, 12, 16, 23, 32, 61, 64])
  func partialSumsLeadToTheSameOrder(count: Int) {
    let tree = CanonicalTree(leaves: count)
    for ranks in 1...min(count, 12) {
      let parts = (0..<ranks).flatMap {
        tree.nodes(covering: share($0, of: ranks, total: count))
      }
      for present in Set([1, count / 2, count - 1, count]) where present > 0 {
        var texts = parts.map { spelled(leaves($0, present: present)) }
        let winner = tree.sum(parts, present: present) { a, b in
          texts[a] = "(\(texts[a] ?? "absent")+\(texts[b] ?? "absent"))"
        }
        let sum = winner.flatMap { texts[$0] }
        #expect(sum == spelled(leaves(0..<count, present: present)))
      }
    }
  }

  /// Every node by itself, as a rank sums the lanes that it holds.
  @Test(arguments: [1, 2, 5, 8, 13, 24])
  func sumsInsideANode(count: Int) {
    let tree = CanonicalTree(leaves: count)
    let parts = (0..<count).map { $0..<$0 + 1 }
    for node in allNodes(0..<count) {
      for present in 0...count {
        var texts = leaves(0..<count, present: present)
        let winner = tree.sum(parts, in: node, present: present) { a, b in
          texts[a] = "(\(texts[a] ?? "absent")+\(texts[b] ?? "absent"))"
        }
        #expect(winner.flatMap { texts[$0] } == spelled(leaves(node, present: present)))
      }
    }
  }

  @Test(arguments: 1...40)
  func coversARangeWithItsMaximalNodes(count: Int) {
    let tree = CanonicalTree(leaves: count)
    let all = allNodes(0..<count)
    for start in 0..<count {
      for end in start...count {
        let range = start..<end
        // A node is maximal when no larger node around it lies in the range too.
        let inside = all.filter { !range.isEmpty && range.clamped(to: $0) == $0 }
        let maximal = inside.filter { node in
          !inside.contains { $0.count > node.count && $0.clamped(to: node) == node }
        }
        #expect(
          tree.nodes(covering: range) == maximal.sorted { $0.lowerBound < $1.lowerBound }
        )
      }
    }
  }

  @Test(arguments: 1...64)
  func sumsNumbersInPlaceInTheSameOrder(count: Int) {
    var values = (0..<count).map { Double(unevenValue(5, $0, count)) * 1.000000059 }
    func recursive(_ x: ArraySlice<Double>) -> Double {
      guard x.count > 1 else { return x[x.startIndex] }
      var half = 1
      while 2 * half < x.count { half *= 2 }
      return recursive(x.prefix(half)) + recursive(x.dropFirst(half))
    }
    let expected = recursive(values[...])
    let sum = values.withUnsafeMutableBufferPointer {
      CanonicalTree(leaves: count).sum(inPlace: $0)
    }
    #expect(sum == expected)
  }
}
