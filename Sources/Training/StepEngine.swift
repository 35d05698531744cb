import Collectives
import DataParallel
import Kernels
import Networks
import Optimizers
import Plans
import Tensors

/// The machinery of one step on this rank: replica, gradients, traffic and optimizer, all made before the first step.
///
/// It knows nothing of data or schedules: the trainer fills `network.images` and `targets` when asked and says which scalars to use. After the first
/// steps nothing here allocates.
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
    /// Whether loss and gradient are finite; if not, nothing was updated.
    public let isFinite: Bool
  }

  /// Granules of a bucket, unless a test wants another size: 4 MiB of gradients.
  public static let bucketGranules = 1024

  /// Which samples of the batch this rank has.
  public let batch: BatchLayout
  /// The network over this rank's lanes.
  public let network: Network
  /// Every tensor, in the model's layout; equal on all ranks between steps.
  public let parameters: FloatBuffer
  /// The optimizer with this rank's state.
  public let optimizer: ShardedOptimizer
  /// The moving average of the parameters, where the plan wants one.
  public let average: WeightAverage?
  /// Lanes, buckets and slices of all ranks.
  public let reduction: ReductionPlan

  private let team: ThreadTeam
  private let gradient: FloatBuffer
  private let reducer: GradientReducer
  private let totals: StepTotals
  private let penalizes: Bool
  private let clipNorm: Double?

  /// Plans memory and traffic; every rank must call it with the same arguments.
  ///
  /// Parameters are zeros.
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
    self.team = team
    reduction = ReductionPlan(
      lanes: plan.lanes,
      ranks: communicator.size,
      elements: layout.trainable.count,
      bucketGranules: bucketGranules
    )
    batch = BatchLayout(
      lanes: plan.lanes,
      held: reduction.heldLanes[rank],
      fullBatch: plan.batchSize,
      rounds: plan.accumulate
    )
    let buffers = try StepBuffers(plan, layout, reduction, batch, communicator)
    (parameters, gradient) = (buffers.parameters, buffers.gradients[0])
    network = try Self.network(plan, model, reduction, batch, buffers, communicator, team, kernels)
    let exchange = try communicator.exchange(reduction, gradients: buffers.partials)
    reducer = GradientReducer(exchange, plan: reduction, layout: layout)
    average = plan.averageDecay.flatMap { decay in
      buffers.average.map {
        WeightAverage(decay: decay, of: buffers.parameters, layout: layout, in: $0)
      }
    }
    (penalizes, clipNorm) = (plan.l2 != nil, plan.clipNorm)
    optimizer = ShardedOptimizer(
      rule,
      plan: reduction,
      rank: rank,
      sharded: plan.zero == 1,
      exchange: exchange,
      parameters: parameters,
      gradients: gradient,
      segments: ParameterFactors.segments(layout, plan.parameterFactors),
      penalizes: penalizes,
      average: average,
      team: team
    )
    totals = StepTotals(
      communicator,
      plan: reduction,
      batch: batch,
      recordWidth: network.recordWidth,
      sumWidth: optimizer.sumCount,
      team: team
    )
    totals.granuleSums = { [optimizer] elements, member, sums in
      optimizer.sums(elements, member: member, into: sums)
    }
  }

  /// The replica, over this rank's lanes.
  private static func network(
    _ plan: TrainingPlan,
    _ model: Model,
    _ reduction: ReductionPlan,
    _ batch: BatchLayout,
    _ buffers: StepBuffers,
    _ communicator: any Communicator,
    _ team: ThreadTeam,
    _ kernels: KernelSet
  ) throws -> Network {
    let grouping = try plan.grouping
    return Network(
      model,
      batch: batch,
      mode: .training(grouping),
      parameters: buffers.parameters,
      gradients: buffers.gradients,
      smoothing: plan.smoothing,
      team: team,
      kernels: kernels,
      crossLane: LaneSums(
        communicator,
        plan: reduction,
        batch: batch,
        maximumWidth: 1 + 2 * (model.nodes.map(\.shape.channels).max() ?? 0),
        lanesPerGroup: [grouping.lanesPerGroup]
      ),
      seed: plan.seed,
      options: plan.networkOptions
    )
  }

  /// The most entries that a recorder of the team gets in a step.
  package var recordsOfAStep: Int {
    let trained = network.layout.entries.count { $0.role != .statistic }
    return batch.rounds.count * (network.stageNames.count + 2) + trained
      + 4 * reduction.buckets.count + 8
  }

  /// Takes a step on the current batch: (a) round by round forward and backward, reduce; (b) totals; (c) update and gather.
  ///
  /// `number` of the run's steps came before, whatever the rule counts; what the network draws follows from it. `read` brings the samples of the round, as `batch` has it, into `network`. When a total is not finite, all ranks leave parameters and
  /// statistics as they are.
  public func step(_ scalars: StepScalars, number: Int, read: () throws -> Void) throws -> Totals {
    network.begin(step: number)
    reducer.begin(present: batch.present)
    for round in batch.rounds.indices {
      batch.begin(round: round)
      try StepPart.read.measure(team, read)
      try network.forward()
      try network.backward { range in
        try StepPart.reduce.measure(team) { try reducer.markReady(range) }
      }
    }
    try StepPart.reduce.measure(team) { try reducer.finish() }

    optimizer.begin(scalars)
    try StepPart.totals.measure(team) {
      try totals.gather(records: network.records, stop: false)
    }
    let (loss, sums) = (totals.record[0], totals.elementSums)
    let result = Totals(
      loss: loss,
      penalty: penalizes ? sums[1] : 0,
      correct: Int(totals.record[1]),
      correct5: Int(totals.record[2]),
      gradientNorm: sums[0].squareRoot() / Double(batch.batch),
      isFinite: loss.isFinite && sums[0].isFinite
    )
    guard result.isFinite else { return result }

    network.updateStatistics(totals.record, samples: batch.batch)
    try optimizer.step(sums, clip: clip(result.gradientNorm))
    return result
  }

  /// The factor that brings a norm down to the largest allowed; PyTorch's formula.
  private func clip(_ norm: Double) -> Double {
    guard let clipNorm else { return 1 }
    return min(1, clipNorm / (norm + 1e-6))
  }
}
