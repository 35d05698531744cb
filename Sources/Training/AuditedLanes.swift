import Collectives

/// Which rank computes whose lanes again: each those of the rank half a world further, which is on
/// another host wherever ranks fill hosts one after another.
struct AuditedLanes {
  /// Which rank holds which lanes.
  let heldLanes: [Range<Int>]
  private var ranks: Int { heldLanes.count }
  private var distance: Int { ranks / 2 }

  /// The lanes of a plan.
  init(_ plan: ReductionPlan) { heldLanes = plan.heldLanes }

  /// The rank whose lanes a rank computes again.
  func owner(rank: Int) -> Int { (rank + distance) % ranks }

  /// The rank that computes a rank's lanes again.
  func auditor(of rank: Int) -> Int { (rank - distance + ranks) % ranks }
}
