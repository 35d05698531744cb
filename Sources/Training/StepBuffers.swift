import Collectives
import DataParallel
import Plans
import Tensors

/// The whole-layout buffers of a step on one rank; those that ranks exchange are made by the
/// communicator.
struct StepBuffers {
  /// Every tensor.
  let parameters: FloatBuffer
  /// The sums of this rank's tree nodes, which the ranks exchange.
  let partials: [FloatBuffer]
  /// The same, and behind them what there may be between rounds.
  let gradients: [FloatBuffer]
  private let averages: FloatBuffer?

  init(
    _ plan: TrainingPlan,
    _ layout: ParameterLayout,
    _ reduction: ReductionPlan,
    _ batch: BatchLayout,
    _ communicator: any Communicator
  ) throws {
    parameters = try communicator.allocate(floats: layout.count)
    partials = try reduction.partials[communicator.rank].map { _ in
      try communicator.allocate(floats: layout.trainable.count)
    }
    gradients =
      partials
      + (partials.count..<batch.nodeCapacity).map { _ in
        FloatBuffer(count: layout.trainable.count)
      }
    averages =
      plan.averageDecay == nil ? nil : try communicator.allocate(floats: layout.count)
  }

  /// The moving average of the parameters, where the plan wants one.
  func average(_ plan: TrainingPlan, _ layout: ParameterLayout) -> WeightAverage? {
    guard let decay = plan.averageDecay, let averages else { return nil }
    return WeightAverage(decay: decay, of: parameters, layout: layout, in: averages)
  }
}
