import Collectives
import Tensors

/// What all ranks know alike after phase (b) of a step, from one small all-gather: loss, counts,
/// statistics, sums over elements, flags.
///
/// A rank's block holds the sums of the granule-tree nodes of its slices, each with the node's hash
/// where there is a `StateDigest`, then the lane records of its lane-tree nodes, then four words:
/// flags, the last step that it has saved, its own time and the hash of what all ranks have.
public final class StepTotals {
  private let communicator: any Communicator
  private let plan: ReductionPlan
  private let team: ThreadTeam
  private let batch: BatchLayout
  private let width: Int
  private let lanes: LaneNodes
  private let granuleTree: CanonicalTree
  /// Granule-tree nodes of all slices from left to right, and the place of each in the buffer.
  private let granuleNodes: [Range<Int>]
  private let granulePlaces: [Int]
  private let ownGranules: [(node: Range<Int>, place: Int)]
  private let laneBase: [Int]
  private let buffer: UnsafeMutablePointer<Double>
  private let offsets: [Int]
  /// Of each granule of this rank, its sums; and numbers of such a record.
  private let sums: UnsafeMutablePointer<Double>
  private let sumWidth: Int
  private let sumLayout: ElementSums.Layout
  private let state: StateDigest?
  private var sumGranules: ThreadTeam.Body = { _, _ in }

  /// Σ over lanes of their records, after `gather`: loss, correct answers, those not far off,
  /// statistics.
  public private(set) var record: UnsafePointer<Double>
  /// The sums over all elements, after `gather`.
  public private(set) var elementSums: ElementSums
  /// What the sums over elements are; set before the first `gather`, so that none allocates.
  public var granuleSums: GranuleSums = { _, _, _ in preconditionFailure("no sums were set") }
  /// The flags of all ranks together, after `gather`.
  public private(set) var flags: StepFlags = []
  /// The last step that every rank has saved, after `gather`.
  public private(set) var lastSaved = 0
  /// The digest of the state that `StateDigest.take` saw last, after `gather` or `gatherDigest`.
  public private(set) var digest: UInt64 = 0
  /// Doubles behind a rank's records that hold its flags, its last saved step, its own time and the
  /// hash of what all have.
  package static let words = 4

  /// Writes the sums over the elements of a granule, on some thread of the team.
  public typealias GranuleSums = (
    _ elements: Range<Int>, _ member: Int, _ sums: UnsafeMutablePointer<Double>
  ) -> Void

  /// Totals over the slices and lanes of `plan`; lane records have `recordWidth` numbers, sums over
  /// elements lie as `sums` says, and the hashes of `state` travel with them.
  public init(
    _ communicator: any Communicator,
    plan: ReductionPlan,
    batch: BatchLayout,
    recordWidth: Int,
    sums sumLayout: ElementSums.Layout,
    state: StateDigest? = nil,
    team: ThreadTeam
  ) {
    let sumWidth = sumLayout.count
    (self.communicator, self.plan, self.batch, self.team) = (communicator, plan, batch, team)
    (width, self.sumLayout, self.sumWidth) = (recordWidth, sumLayout, sumWidth)
    self.state = state
    let lanes = LaneNodes(plan, rank: communicator.rank, lanesPerGroup: plan.lanes)
    self.lanes = lanes
    granuleTree = CanonicalTree(leaves: max(1, Granules.count(plan.elements)))
    // By rank, the granule-tree nodes of its slices; the buffer lies rank by rank.
    var places: [(node: Range<Int>, place: Int)] = []
    var own: [(node: Range<Int>, place: Int)] = []
    var laneBase: [Int] = []
    var offsets = [0]
    var end = 0
    for rank in 0..<plan.ranks {
      for slices in plan.slices where !slices[rank].isEmpty {
        let slice = slices[rank]
        let granules = slice.lowerBound / Granules.size..<Granules.count(slice.upperBound)
        for node in granuleTree.nodes(covering: granules) {
          places.append((node, end))
          if rank == communicator.rank { own.append((node, end)) }
          end += sumWidth + (state == nil ? 0 : 1)
        }
      }
      laneBase.append(end)
      end += (lanes.starts[rank + 1] - lanes.starts[rank]) * recordWidth + Self.words
      offsets.append(end * MemoryLayout<Double>.stride)
    }
    places.sort { $0.node.lowerBound < $1.node.lowerBound }
    granuleNodes = places.map(\.node)
    granulePlaces = places.map(\.place)
    ownGranules = own
    self.laneBase = laneBase
    self.offsets = offsets
    buffer = .allocate(capacity: end)
    buffer.initialize(repeating: 0, count: end)
    record = UnsafePointer(buffer)
    elementSums = ElementSums(UnsafePointer(buffer), sumLayout)
    let largest = max(1, sumWidth * own.reduce(0) { $0 + $1.node.count })
    sums = .allocate(capacity: largest)
    sums.initialize(repeating: 0, count: largest)
    sumGranules = { [unowned self] item, member in sumNode(item, member) }
  }

  deinit {
    buffer.deallocate()
    sums.deallocate()
  }

  /// Gathers this rank's lane records (used up), the sums over the elements of its slices, granule
  /// by granule, its flags, the last step that it has saved, and the nanoseconds of the step that it
  /// did not wait for others; throws `Failure` (.launch) when a rank is lost.
  public func gather(
    records: UnsafeMutablePointer<Double>,
    flags own: StepFlags = [],
    lastSaved saved: Int = 0,
    nanoseconds: Int = 0
  ) throws {
    team.run(ownGranules.count, sumGranules)
    lanes.reduceOwn(records, width: width, merge: .sum, present: batch.present) { laneSlot($0) }
    words(communicator.rank).storeBytes(of: own.rawValue, as: UInt64.self)
    words(communicator.rank).storeBytes(of: Int64(saved), toByteOffset: 8, as: Int64.self)
    let time = Int64(nanoseconds)
    words(communicator.rank).storeBytes(of: time, toByteOffset: 16, as: Int64.self)
    try exchange()
    let total = lanes.total(group: 0, width: width, merge: .sum, present: batch.present) {
      laneSlot($0)
    }
    guard let total else { preconditionFailure("a batch without samples") }
    record = UnsafePointer(total)
    let leader = granuleTree.sum(granuleNodes) { into, from in
      for k in 0..<sumWidth { buffer[granulePlaces[into] + k] += buffer[granulePlaces[from] + k] }
    }
    guard let leader else { preconditionFailure("a layout without elements") }
    elementSums = ElementSums(UnsafePointer(buffer + granulePlaces[leader]), sumLayout)
    (flags, lastSaved) = ([], saved)
    for rank in 0..<plan.ranks {
      flags.formUnion(StepFlags(rawValue: words(rank).load(as: UInt64.self)))
      lastSaved = min(lastSaved, Int(words(rank).load(fromByteOffset: 8, as: Int64.self)))
    }
  }

  /// Nanoseconds of the step that a rank did not wait for others, after `gather`.
  public func nanoseconds(of rank: Int) -> Int {
    Int(words(rank).load(fromByteOffset: 16, as: Int64.self))
  }

  /// Gathers the digest alone, after a step that no other follows; what `gather` left is void.
  ///
  /// Throws `Failure` (.launch) when a rank is lost or has other statistics.
  public func gatherDigest() throws { try exchange() }

  /// Brings the blocks of all ranks together, and out of them the digest.
  private func exchange() throws {
    if let state {
      for (hash, own) in zip(state.nodes, ownGranules) {
        hashSlot(own.place).storeBytes(of: hash, as: UInt64.self)
      }
      words(communicator.rank).storeBytes(of: state.shared, toByteOffset: 24, as: UInt64.self)
    }
    try communicator.allGather(
      UnsafeMutableRawBufferPointer(start: buffer, count: offsets[plan.ranks]),
      offsets: offsets
    )
    if state == nil { return }
    let leader = granuleTree.sum(granuleNodes) { into, from in
      let (left, right) = (hashSlot(granulePlaces[into]), hashSlot(granulePlaces[from]))
      let hash = StateDigest.node(left.load(as: UInt64.self), right.load(as: UInt64.self))
      left.storeBytes(of: hash, as: UInt64.self)
    }
    func shared(_ rank: Int) -> UInt64 { words(rank).load(fromByteOffset: 24, as: UInt64.self) }
    guard let leader else { preconditionFailure("a layout without elements") }
    digest = StateDigest.node(hashSlot(granulePlaces[leader]).load(as: UInt64.self), shared(0))
    for rank in 0..<plan.ranks where shared(rank) != shared(0) {
      throw replicaFailure(rank, "running statistics", communicator)
    }
  }

  /// Where the hash of a node lies whose sums lie at `place`.
  private func hashSlot(_ place: Int) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(buffer + place + sumWidth)
  }

  private func laneSlot(_ node: Int) -> UnsafeMutablePointer<Double> {
    var rank = 0
    while lanes.starts[rank + 1] <= node { rank += 1 }
    return buffer + laneBase[rank] + (node - lanes.starts[rank]) * width
  }

  /// The end of a rank's block.
  private func words(_ rank: Int) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(buffer) + offsets[rank + 1] - Self.words * MemoryLayout<Double>.stride
  }

  /// The canonical sums of one of this rank's granule-tree nodes.
  private func sumNode(_ item: Int, _ member: Int) {
    let (node, place) = ownGranules[item]
    var start = 0
    for other in 0..<item { start += ownGranules[other].node.count }
    let first = sums + start * sumWidth
    for granule in node {
      let elements = Granules.elements(granule..<granule + 1, limit: plan.elements)
      granuleSums(elements, member, first + (granule - node.lowerBound) * sumWidth)
    }
    CanonicalTree(leaves: node.count).sum(
      inPlace: UnsafeMutableBufferPointer(start: first, count: node.count * sumWidth),
      width: sumWidth
    )
    (buffer + place).update(from: first, count: sumWidth)
  }
}
