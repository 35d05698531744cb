import Tensors
import Testing

/// Rounds leave the sums of a rank that takes all lanes at once, against the tree level by level.
struct LaneRoundTests {
  /// A sum as a number that depends on the order in which it was added up.
  private func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
    var mixed = (a &* 0x9E37_79B9_7F4A_7C15) ^ (b &+ 0x2545_F491_4F6C_DD1D)
    mixed = (mixed ^ mixed >> 29) &* 0xBF58_476D_1CE4_E5B9
    return mixed ^ mixed >> 32
  }

  private func leaf(_ lane: Int) -> UInt64 { UInt64(lane + 1) &* 0x0123_4567_89AB_CDEF }

  /// Level by level: (0,1), (2,3), …; what has no partner or an absent one moves up unchanged.
  private func whole(_ node: Range<Int>, present: Int) -> UInt64? {
    var level = node.map { $0 < present ? leaf($0) : nil }
    while level.count > 1 {
      level = stride(from: 0, to: level.count, by: 2).map { i in
        guard i + 1 < level.count, let right = level[i + 1] else { return level[i] }
        return level[i].map { sum($0, right) } ?? right
      }
    }
    return level[0]
  }

  /// What stands in the buffers after all rounds.
  private func run(_ rounds: [LaneRound], present: Int) -> [UInt64?] {
    var buffers = [UInt64?](repeating: nil, count: rounds.map(\.nodes.count).max() ?? 0)
    for round in rounds {
      var parts: [UInt64?] = buffers.prefix(round.kept) + round.lanes.map(leaf)
      var kept: [(node: Int, part: Int)] = []
      round.sum(present: present) { into, from in
        guard let a = parts[into], let b = parts[from] else {
          Issue.record("parts \(into) and \(from) of \(round)")
          return
        }
        parts[into] = sum(a, b)
        if into < round.kept { buffers[into] = parts[into] }
      } keep: {
        // At once, as the network does it: no later node may need what stood there.
        buffers[$0] = parts[$1]
        if $0 < round.kept { parts[$0] = buffers[$0] }
        kept.append(($0, $1))
      }
    }
    return buffers
  }

  /// Every number of lanes and every range that a rank may hold; every number of rounds and short
  /// batches up to 32 lanes.
  @Test(arguments: 1...64)
  func leaveTheSumsOfAllLanesAtOnce(lanes: Int) {
    let tree = CanonicalTree(leaves: lanes)
    let presents =
      lanes > 32 ? [lanes] : Set([1, lanes / 2, lanes - 1, lanes]).filter { $0 > 0 }
    for start in 0..<lanes {
      for end in start + 1...lanes {
        let nodes = tree.nodes(covering: start..<end)
        let expected = presents.map { present in nodes.map { whole($0, present: present) } }
        let counts = lanes > 32 ? [1, 2, 3, 4, 7, 8, 21, end - start] : Array(1...end - start)
        for count in counts {
          let rounds = LaneRound.rounds(count, of: start..<end, in: tree)
          for (present, sums) in zip(presents, expected) {
            let found = run(rounds, present: present).prefix(nodes.count)
            // A buffer of an absent node is never read.
            guard zip(found, sums).allSatisfy({ $1 == nil || $0 == $1 }) else {
              Issue.record("lanes \(start..<end) of \(lanes), \(count) rounds, \(present) present")
              return
            }
          }
        }
      }
    }
  }

  @Test func tileTheLanesAndTheFirstIsTheLargest() {
    let tree = CanonicalTree(leaves: 21)
    for held in [0..<21, 3..<14, 20..<21] {
      for count in 1...24 {
        let rounds = LaneRound.rounds(count, of: held, in: tree)
        #expect(rounds.count == min(count, held.count))
        #expect(rounds.flatMap { Array($0.lanes) } == Array(held))
        let sizes = rounds.map(\.lanes.count)
        #expect(sizes == sizes.sorted(by: >) && sizes[0] - sizes[sizes.count - 1] <= 1)
        #expect(rounds.last?.nodes == tree.nodes(covering: held))
      }
    }
  }

  /// As many sums stand at a time as the tree is deep, not as there are rounds.
  @Test func keepFewSums() {
    let tree = CanonicalTree(leaves: 64)
    let rounds = LaneRound.rounds(64, of: 0..<64, in: tree)
    #expect(rounds.map(\.nodes.count).max() == 6)
    #expect(rounds.map(\.nodes.count).prefix(8) == [1, 1, 2, 1, 2, 2, 3, 1])
    #expect(
      LaneRound.rounds(4, of: 0..<8, in: CanonicalTree(leaves: 8)).map(\.kept) == [0, 1, 1, 2]
    )
  }

  @Test func aRankWithoutLanesHasAnEmptyRound() {
    let rounds = LaneRound.rounds(3, of: 4..<4, in: CanonicalTree(leaves: 4))
    #expect(rounds.count == 1 && rounds[0].lanes.isEmpty && rounds[0].nodes.isEmpty)
  }
}
