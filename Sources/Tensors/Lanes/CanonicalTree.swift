/// The one order in which values are summed over lanes, granules and evaluation chunks.
///
/// A binary tree over `leaves` numbers, built level by level: (0,1), (2,3), …; an odd one out moves
/// up unchanged. That equals splitting a node at the largest power of two below its count. A node
/// is named by its range of leaves.
public struct CanonicalTree: Hashable, Sendable {
  /// The number of leaves, at least 1.
  public let leaves: Int

  /// The tree over `leaves` leaves.
  public init(leaves: Int) {
    precondition(leaves > 0, "a tree needs a leaf")
    self.leaves = leaves
  }

  /// Where a node of more than one leaf is cut: after the largest power of two below its count.
  static func cut(_ node: Range<Int>) -> Int {
    node.lowerBound + 1 << (Int.bitWidth - 1 - (node.count - 1).leadingZeroBitCount)
  }

  /// The fewest nodes that together make up `range`, from left to right.
  public func nodes(covering range: Range<Int>) -> [Range<Int>] {
    func walk(_ node: Range<Int>) -> [Range<Int>] {
      if range.isEmpty || !node.overlaps(range) { return [] }
      if range.lowerBound <= node.lowerBound && node.upperBound <= range.upperBound {
        return [node]
      }
      let cut = Self.cut(node)
      return walk(node.lowerBound..<cut) + walk(cut..<node.upperBound)
    }
    return walk(0..<leaves)
  }

  /// Adds up `parts` inside `node` in tree order and returns the part that ends up holding the sum,
  /// nil if none is there.
  ///
  /// `parts` are nodes of this tree from left to right that together make up the node; those whose
  /// first leaf is not below `present` are absent (a batch shorter than the lanes) and left out
  /// like an odd one out. `add(a, b)` adds part b to part a; a is always the left one. Nothing is
  /// allocated.
  @discardableResult
  public func sum(
    _ parts: [Range<Int>],
    in node: Range<Int>? = nil,
    present: Int? = nil,
    add: (_ into: Int, _ from: Int) -> Void
  ) -> Int? {
    let node = node ?? 0..<leaves
    var cursor = parts.firstIndex { $0.lowerBound >= node.lowerBound } ?? parts.count
    return Self.sum(parts, node, present ?? leaves, &cursor, add)
  }

  private static func sum(
    _ parts: [Range<Int>],
    _ node: Range<Int>,
    _ present: Int,
    _ cursor: inout Int,
    _ add: (Int, Int) -> Void
  ) -> Int? {
    guard cursor < parts.count, parts[cursor].lowerBound < min(node.upperBound, present) else {
      return nil
    }
    if parts[cursor] == node {
      cursor += 1
      return cursor - 1
    }
    precondition(node.count > 1, "the parts do not make up the node")
    let cut = cut(node)
    let left = sum(parts, node.lowerBound..<cut, present, &cursor, add)
    let right = sum(parts, cut..<node.upperBound, present, &cursor, add)
    guard let left else { return right }
    guard let right else { return left }
    add(left, right)
    return left
  }

  /// The canonical sums of `width` Float64 per leaf, which are overwritten: they end in the first
  /// leaf's; returns the first of them.
  @discardableResult
  public func sum(inPlace values: UnsafeMutableBufferPointer<Double>, width: Int = 1) -> Double {
    precondition(values.count == width * leaves, "\(values.count) values for \(leaves) leaves")
    var stride = 1
    while stride < leaves {
      var i = 0
      while i + stride < leaves {
        for k in 0..<width { values[width * i + k] += values[width * (i + stride) + k] }
        i += 2 * stride
      }
      stride *= 2
    }
    return values[0]
  }
}
