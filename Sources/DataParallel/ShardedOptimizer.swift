import Collectives
import Optimizers
import Tensors

/// Applies an update rule where this rank is responsible and brings all ranks to equal parameters.
///
/// With sharding (ZeRO-1) a rank keeps state for its slices only, updates those and gathers the
/// others' parameters; without, the reduced gradients are gathered and every rank updates
/// everything. The bits are the same.
public final class ShardedOptimizer {
  /// The rule.
  public let rule: any UpdateRule
  /// The elements that this rank has state for.
  public let shard: StateShard
  /// The state arrays, in the order of the rule's.
  public var state: [FloatBuffer] { work.state }
  /// The rule's numbers, equal on all ranks.
  public private(set) var memory = SIMD4<Double>.zero

  private let work: UpdatePieces
  let average: WeightAverage?
  let parameters: FloatBuffer
  let rank: Int
  /// Its slice of each bucket, whether state is sharded or not.
  let owned: [Range<Int>]
  private let exchange: any BucketExchange
  private let gradients: FloatBuffer
  private let team: ThreadTeam
  private let sharded: Bool
  private var scalars = StepScalars(
    step: 1,
    learningRate: 0,
    multiplier: 0,
    decay: 0,
    gradientScale: 0
  )
  private var piece = 0
  private var updateBlock: ThreadTeam.Body = { _, _ in }

  /// Elements of one item of work.
  private static let block = 16 * Granules.size

  /// An optimizer over the slices of `plan`; `gradients` is the buffer in which the reduced sums
  /// stand.
  ///
  /// `segments` cover all elements of the plan; without, no tensor has factors of its own.
  /// `penalizes` says whether a step's l2 may not be 0, and `clipsPenalty` whether clipping measures
  /// and scales what it adds; `average` follows every update.
  public init(
    _ rule: any UpdateRule,
    plan: ReductionPlan,
    rank: Int,
    sharded: Bool,
    exchange: any BucketExchange,
    parameters: FloatBuffer,
    gradients: FloatBuffer,
    segments: [ParameterFactors.Segment]? = nil,
    penalizes: Bool = false,
    clipsPenalty: Bool = false,
    average: WeightAverage? = nil,
    team: ThreadTeam
  ) {
    (self.rule, self.exchange, self.sharded, self.team) = (rule, exchange, sharded, team)
    (self.parameters, self.gradients, self.average) = (parameters, gradients, average)
    sumLayout = ElementSums.Layout(
      penalizes: penalizes,
      measuresWhole: penalizes && clipsPenalty,
      ruleSums: rule.sums.count
    )
    shard = StateShard(plan, rank: rank, sharded: sharded)
    self.rank = rank
    owned = plan.slices.map { $0[rank] }
    let all = ParameterFactors.Segment(range: 0..<plan.elements, factors: ParameterFactors())
    work = UpdatePieces(
      rule,
      shard,
      segments ?? [all],
      parameters: parameters,
      gradients: gradients,
      threads: team.size
    )
    updateBlock = { [unowned self] item, member in update(item, member) }
  }

  /// Bytes of optimizer state on this rank.
  public var stateBytes: Int { state.reduce(0) { $0 + $1.count * MemoryLayout<Float>.stride } }

  /// Forgets all that the rule remembers, on every rank.
  public func reset() {
    work.reset()
    memory = .zero
  }

  /// Takes up what a rule remembered elsewhere; every rank must get the same.
  public func restore(memory: SIMD4<Double>) { self.memory = memory }

  /// Which numbers `sums` writes.
  public let sumLayout: ElementSums.Layout

  /// Takes up the scalars of the next step, as far as they are known before its totals.
  public func begin(_ scalars: StepScalars) {
    self.scalars = scalars
    self.scalars.memory = memory
  }

  /// The sums over some elements of this rank's slices, at most a granule of them, after `begin`,
  /// when the reduced gradient stands; on any thread.
  public func sums(
    _ elements: Range<Int>,
    member: Int,
    into sums: UnsafeMutablePointer<Double>
  ) {
    sums[0] = Granules.sumOfSquares(gradients.base + elements.lowerBound, count: elements.count)
    let layout = sumLayout
    if layout.penalizes { sums[1] = work.penalty(elements, scalars) }
    if layout.measuresWhole {
      sums[layout.wholePlace] = work.squaredWhole(elements, scalars, member: member)
    }
    guard layout.ruleSums > 0 else { return }
    let own = work.sums(elements, scalars, member: member)
    for i in 0..<layout.ruleSums { sums[layout.count - layout.ruleSums + i] = own[i] }
  }

  /// Takes the step that was begun; on return every rank has the same parameters.
  ///
  /// `totals` are what `sums` came to over all elements of all ranks; `clip` is a further factor of
  /// the gradient, with what coupled decay adds where that is measured with it. Throws `Failure`
  /// (.launch) when a rank is lost.
  public func step(_ totals: ElementSums, clip: Double = 1) throws {
    memory = rule.remember(totals.rule, scalars)
    scalars.memory = memory
    scalars.gradientScale *= clip
    if sumLayout.measuresWhole { scalars.l2 *= clip }
    let gather = StepSection.gather
    if !sharded {
      try gather.measure(team) {
        for bucket in shard.ranges.indices {
          try exchange.startGather(bucket, of: gradients)
        }
      }
    }
    for bucket in shard.ranges.indices {
      if !sharded { try gather.measure(team) { try exchange.finishGather(bucket) } }
      StepSection.update.measure(team) {
        piece = bucket
        team.run((shard.ranges[bucket].count + Self.block - 1) / Self.block, updateBlock)
      }
      if sharded {
        try gather.measure(team) { try exchange.startGather(bucket, of: parameters) }
      }
    }
    if sharded {
      try gather.measure(team) {
        for bucket in shard.ranges.indices { try exchange.finishGather(bucket) }
      }
    }
    average?.followStatistics()
  }

  /// Brings the averages of all ranks together; every rank calls it, between steps.
  ///
  /// Throws `Failure` (.launch) when a rank is lost.
  public func gatherAverage() throws {
    guard let average, sharded else { return }
    for bucket in shard.ranges.indices { try exchange.startGather(bucket, of: average.values) }
    for bucket in shard.ranges.indices { try exchange.finishGather(bucket) }
  }

  private func update(_ item: Int, _ member: Int) {
    let range = shard.ranges[piece]
    let start = range.lowerBound + item * Self.block
    let part = start..<min(start + Self.block, range.upperBound)
    work.update(part, offset: shard.places[piece] - range.lowerBound, scalars, member: member)
    average?.follow(part)
  }
}
