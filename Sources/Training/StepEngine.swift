import Collectives
import DataParallel
import Kernels
import Networks
import Optimizers
import Plans
import Tensors

/// The machinery of one step on this rank, phase by phase: replica, gradients, traffic and
/// optimizer, all made before the first step.
///
/// It knows nothing of data or schedules. Who takes a step calls, in this order,
///
///     begin(step:samples:)
///     for round in rounds: begin(round:), fill network.images and targets, forward(), backward()
///     total(_:flags:)       the same on all ranks: go on, or leave parameters as they are
///     update()
///
/// After the first steps nothing here allocates.
public final class StepEngine {
  /// What the ranks agreed on after phase (b).
  public struct Totals: Sendable {
    /// Loss summed over the global batch, without the penalty.
    public let loss: Double
    /// What coupled decay adds to the mean loss: ½·Σ l2·θ² before the step.
    public let penalty: Double
    /// Right answers in the global batch.
    public let correct: Int
    /// Samples whose label is among the five largest logits.
    public let correct5: Int
    /// ‖g‖ of the mean gradient.
    public let gradientNorm: Double
    /// Whether loss and gradient are finite; if not, the step must not be taken.
    public let isFinite: Bool
    /// What any rank had to say.
    public let flags: StepFlags
    /// The last step that every rank has saved.
    public let lastSaved: Int
  }

  /// Granules of a bucket, unless a test wants another size: 4 MiB of gradients.
  public static let bucketGranules = 1024

  /// Which samples of the batch this rank has.
  public let batch: BatchLayout
  /// The network over this rank's lanes.
  public let network: Network
  /// What computes steps twice, where the plan wants that.
  let audit: StepAudit?
  /// Every tensor, in the model's layout; equal on all ranks between steps.
  public let parameters: FloatBuffer
  /// The optimizer with this rank's state.
  public let optimizer: ShardedOptimizer
  /// The moving average of the parameters, where the plan wants one.
  public let average: WeightAverage?
  /// Lanes, buckets and slices of all ranks.
  public let reduction: ReductionPlan

  private let rank: Int
  private let team: ThreadTeam
  private let gradient: FloatBuffer
  private let reducer: GradientReducer
  private let totals: StepTotals
  private let state: StateDigest?
  private let clipping: GradientClipping?

  /// Plans memory and traffic; every rank must call it with the same arguments.
  ///
  /// Parameters are zeros. Throws `Failure`: .usage for BatchNorm groups that do not fit the batch,
  /// .launch when a rank is lost.
  public init(
    _ plan: TrainingPlan,
    model: Model,
    rule: any UpdateRule,
    communicator: any Communicator,
    team: ThreadTeam,
    kernels: KernelSet,
    bucketGranules: Int
  ) throws {
    let layout = model.layout
    let rank = communicator.rank
    (self.team, self.rank) = (team, rank)
    reduction = plan.reduction(layout, ranks: communicator.size, bucketGranules: bucketGranules)
    batch = plan.batch(held: reduction.heldLanes[rank])
    let buffers = try StepBuffers(plan, layout, reduction, batch, communicator)
    (parameters, gradient) = (buffers.parameters, buffers.gradients[0])
    let made = try StepNetworks(plan, model, reduction, batch, buffers, communicator, team, kernels)
    (network, audit) = (made.own, made.audit)
    let exchange = try communicator.exchange(reduction, gradients: buffers.partials)
    reducer = GradientReducer(exchange, plan: reduction, layout: layout)
    average = buffers.average(plan, layout)
    clipping = plan.clipNorm.map { GradientClipping(limit: $0, dialect: plan.dialect) }
    optimizer = ShardedOptimizer(
      rule,
      plan: reduction,
      rank: rank,
      sharded: plan.zero == 1,
      exchange: exchange,
      parameters: parameters,
      gradients: gradient,
      segments: ParameterFactors.segments(layout, plan.parameterFactors),
      penalizes: plan.l2 != nil,
      clipsPenalty: plan.clipNorm != nil && plan.dialect.clipsCoupledDecay,
      average: average,
      team: team
    )
    state =
      plan.digestEvery == 0
      ? nil : StateDigest(optimizer, layout, plan: reduction, team: team)
    totals = StepTotals(
      communicator,
      plan: reduction,
      batch: batch,
      recordWidth: network.recordWidth,
      sums: optimizer.sumLayout,
      state: state,
      team: team
    )
    totals.granuleSums = { [optimizer] elements, member, sums in
      optimizer.sums(elements, member: member, into: sums)
    }
  }

  /// The most entries that a recorder of the team gets in a step.
  package var recordsOfAStep: Int {
    let trained = network.layout.entries.count { $0.role != .statistic }
    return batch.rounds.count * (network.stageNames.count + 2) + trained
      + 4 * reduction.buckets.count + 10
  }

  /// The first element of this rank's slices whose reduced gradient is not finite, and whether it
  /// is no number; nil where all are, after `total`.
  var firstNonFiniteGradient: (element: Int, isNaN: Bool)? {
    for element in reduction.slices.lazy.flatMap({ $0[self.rank] }) {
      let value = gradient.base[element]
      if !value.isFinite { return (element, value.isNaN) }
    }
    return nil
  }

  /// The rounds in which this rank takes its lanes.
  public var rounds: Range<Int> { batch.rounds.indices }

  /// Takes up the step before which `step` were taken, whatever the rule counts, on a batch of
  /// `samples`.
  public func begin(step: Int, samples: Int) {
    batch.begin(samples: samples)
    network.begin(step: step)
    reducer.begin(present: batch.present)
  }

  /// Takes up a round: `batch` says which samples it has.
  public func begin(round: Int) { batch.begin(round: round) }

  /// From the images of the round to its losses; throws `Failure` (.launch) when a rank is lost.
  public func forward() throws {
    try StepSection.forward.measure(team) { try network.forward() }
  }

  /// (a) From the losses of the round to gradients.
  ///
  /// In the last round each bucket's reduce-scatter starts as soon as its gradients are final.
  /// Throws `Failure` (.launch) when a rank is lost.
  public func backward() throws {
    try StepSection.backward.measure(team) {
      try network.backward { range in
        try StepSection.reduce.measure(team) { try reducer.markReady(range) }
      }
    }
  }

  /// (b) Ends the reduction and totals loss, counts, norms and flags over all ranks.
  ///
  /// Throws `Failure` (.launch) when a rank is lost.
  public func total(
    _ scalars: StepScalars,
    flags: StepFlags = [],
    lastSaved: Int = 0
  ) throws -> Totals {
    try StepSection.reduce.measure(team) { try reducer.finish() }
    optimizer.begin(scalars)
    try StepSection.totals.measure(team) {
      try totals.gather(
        records: network.records,
        flags: flags,
        lastSaved: lastSaved,
        nanoseconds: ownTime
      )
    }
    let (record, sums) = (LaneRecord(totals.record), totals.elementSums)
    return Totals(
      loss: record.loss,
      penalty: sums.penalty,
      correct: record.correct,
      correct5: record.correct5,
      gradientNorm: sums.squaredGradient.squareRoot() / Double(batch.batch),
      isFinite: record.loss.isFinite && sums.squaredGradient.isFinite
        && sums.squaredWhole?.isFinite != false,
      flags: totals.flags,
      lastSaved: totals.lastSaved
    )
  }

  /// Nanoseconds since the step began in which this rank did not wait for others.
  private var ownTime: Int {
    var time = LoopRecorder.now - team.clock.now.outermostSince
    for section in StepSection.allCases where section.waits {
      time -= team.clock.spent(in: section.rawValue)
    }
    return max(0, time)
  }

  /// Nanoseconds from a step's begin to its totals in which a rank did not wait for others.
  public func nanoseconds(of rank: Int) -> Int { totals.nanoseconds(of: rank) }

  /// (c) Clips, updates and gathers: on return every rank has the same parameters.
  ///
  /// Throws `Failure` (.launch) when a rank is lost.
  public func update() throws {
    let sums = totals.elementSums
    network.updateStatistics(LaneRecord(totals.record), samples: batch.batch)
    let norm =
      sums.squaredWhole?.squareRoot()
      ?? sums.squaredGradient.squareRoot() / Double(batch.batch)
    try optimizer.step(sums, clip: clipping?.factor(norm) ?? 1)
  }

  /// Hashes this rank's part of the state as it is, where the plan wants digests: the totals of the
  /// next step bring all parts together.
  public func takeDigest() {
    guard let state else { return }
    StepSection.digest.measure(team) { state.take() }
  }

  /// The digest of the state that `takeDigest` saw last, after the `total` or `gatherDigest` behind
  /// it; the same on all ranks.
  public var digest: UInt64 { totals.digest }

  /// Brings the parts of the digest together after the last step.
  ///
  /// Throws `Failure` (.launch) when a rank is lost or has other statistics.
  public func gatherDigest() throws {
    try StepSection.totals.measure(team) { try totals.gatherDigest() }
  }
}
