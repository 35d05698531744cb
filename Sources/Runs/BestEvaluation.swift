import Datasets

/// The evaluation of a run with the most right answers; of equal ones the earliest.
///
/// Right answers are whole numbers that all ranks have alike, so all come to the same.
public struct BestEvaluation: Codable, Sendable, Hashable {
  /// Steps taken before it.
  public let step: Int
  /// Epochs begun before it, from 1; 0 before the first step.
  public let epoch: Int
  /// Right answers as a fraction.
  public let accuracy: Double
  /// The images that they were counted on.
  public let split: EvaluationSplit
  /// Whether it is of the weights' moving average, which best.safetensors then holds.
  public let ofAverage: Bool
}
