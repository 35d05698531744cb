import Datasets
import Tensors

/// What evaluates a run: its weights and, where there is one, their moving average, on one split.
struct RunEvaluators {
  /// The images.
  let split: EvaluationSplit
  /// Of the weights.
  let weights: Evaluator
  /// Of their moving average.
  let average: Evaluator?
}
