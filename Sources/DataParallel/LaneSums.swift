import Collectives
import Tensors

/// Sums of small Float64 records over lanes, wherever the lanes are: every rank gathers the records
/// of all tree nodes and adds them up.
public final class LaneSums: CrossLaneSum {
  private let communicator: any Communicator
  private let batch: BatchLayout
  private let plan: ReductionPlan
  private let team: ThreadTeam
  private var nodes: [LaneNodes] = []
  private let buffer: UnsafeMutablePointer<Double>
  private let capacity: Int
  private var offsets: [Int]

  /// Sums over the lanes of `plan` for records of up to `maximumWidth` numbers, in groups of any of
  /// `lanesPerGroup`; the clock of `team` shows when this rank waits for others.
  public init(
    _ communicator: any Communicator,
    plan: ReductionPlan,
    batch: BatchLayout,
    maximumWidth: Int,
    lanesPerGroup: [Int],
    team: ThreadTeam
  ) {
    (self.communicator, self.plan, self.batch) = (communicator, plan, batch)
    self.team = team
    nodes = lanesPerGroup.map {
      LaneNodes(plan, rank: communicator.rank, lanesPerGroup: $0)
    }
    capacity = maximumWidth * (nodes.map { $0.starts[plan.ranks] }.max() ?? 0)
    buffer = .allocate(capacity: max(1, capacity))
    buffer.initialize(repeating: 0, count: max(1, capacity))
    offsets = Array(repeating: 0, count: plan.ranks + 1)
  }

  deinit { buffer.deallocate() }

  /// The totals, on every rank with a present lane of the group; throws `Failure` (.launch) when a
  /// rank is lost.
  public func total(
    _ records: UnsafeMutablePointer<Double>,
    width: Int,
    lanesPerGroup: Int,
    merge: RecordMerge
  ) throws {
    guard let index = nodes.firstIndex(where: { $0.lanesPerGroup == lanesPerGroup }) else {
      preconditionFailure("groups of \(lanesPerGroup) lanes were not announced")
    }
    let nodes = nodes[index]
    precondition(nodes.starts[plan.ranks] * width <= capacity, "a record of \(width) is too wide")
    let (buffer, present) = (buffer, batch.present)
    nodes.reduceOwn(records, width: width, merge: merge, present: present) { buffer + $0 * width }
    for rank in 0...plan.ranks {
      offsets[rank] = nodes.starts[rank] * width * MemoryLayout<Double>.stride
    }
    try StepSection.exchange.measure(team) {
      try communicator.allGather(
        UnsafeMutableRawBufferPointer(start: buffer, count: offsets[plan.ranks]),
        offsets: offsets
      )
    }
    var lane = 0
    while lane < batch.localPresent {
      let group = (batch.held.lowerBound + lane) / lanesPerGroup
      let total = nodes.total(group: group, width: width, merge: merge, present: present) {
        buffer + $0 * width
      }
      while lane < batch.localPresent, (batch.held.lowerBound + lane) / lanesPerGroup == group {
        if let total { (records + lane * width).update(from: total, count: width) }
        lane += 1
      }
    }
  }
}
