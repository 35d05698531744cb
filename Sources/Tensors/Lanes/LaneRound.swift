/// Lanes of a rank that are computed together, and how their sums join those of the rounds before.
///
/// A rank that is to hold less at a time takes its lanes in rounds, from left to right. After each
/// it keeps a sum for every maximal node of the canonical tree that its lanes so far make up; after
/// the last, these are the sums of a rank that takes all lanes at once, bit by bit.
public struct LaneRound: Hashable, Sendable {
  /// The lanes of the round.
  public let lanes: Range<Int>
  /// The nodes whose sums stand after the round, from left to right: sum n in buffer n.
  public let nodes: [Range<Int>]
  /// What the round adds up: the nodes of the rounds before, then its own lanes one by one.
  public let parts: [Range<Int>]
  /// How many of the parts are nodes of the rounds before: part i < `kept` stands in buffer i.
  public let kept: Int

  private let tree: CanonicalTree

  /// Cuts `held` into `count` rounds, or one for each lane where there are fewer: the first ones
  /// have a lane more.
  public static func rounds(_ count: Int, of held: Range<Int>, in tree: CanonicalTree)
    -> [LaneRound]
  {
    let count = max(1, min(count, held.count))
    return (0..<count).map { index in
      let own = share(index, of: count, total: held.count)
      let start = held.lowerBound + own.lowerBound
      let lanes = start..<start + own.count
      let before = tree.nodes(covering: held.lowerBound..<start)
      return LaneRound(
        lanes: lanes,
        nodes: tree.nodes(covering: held.lowerBound..<lanes.upperBound),
        parts: before + lanes.map { $0..<$0 + 1 },
        kept: before.count,
        tree: tree
      )
    }
  }

  /// Adds up the parts of each node in tree order, leaving out the lanes from `present` on.
  ///
  /// `add(a, b)` adds part b to part a, the left one. `keep(n, a)` brings the sum of node n, which
  /// stands in part a, to buffer n; it is not called where it stands there already or where nothing
  /// is present. Nothing is allocated.
  public func sum(
    present: Int,
    add: (_ into: Int, _ from: Int) -> Void,
    keep: (_ node: Int, _ part: Int) -> Void
  ) {
    for n in nodes.indices {
      guard let leader = tree.sum(parts, in: nodes[n], present: present, add: add) else { continue }
      // A node that begins with kept parts has as many nodes before it as these have.
      if leader >= kept { keep(n, leader) }
    }
  }
}
