import Runs
import Tensors

/// What one step came to; the same on every rank.
public struct StepMetrics: Sendable {
  /// Steps taken, this one included.
  public let step: Int
  /// The 0-based epoch.
  public let epoch: Int
  /// Samples of the batch.
  public let samples: Int
  /// Loss summed over the batch.
  public let lossSum: Double
  /// What coupled decay adds to the mean loss.
  public let penalty: Double
  /// Right answers in the batch.
  public let correct: Int
  /// Samples whose label is among the five largest logits; nil with five classes or fewer, where it always is.
  public let correct5: Int?
  /// ‖g‖ of the mean gradient.
  public let gradientNorm: Double
  /// η.
  public let multiplier: Double
  /// Seconds this step took on this rank.
  public let seconds: Double
}

/// Who is told how a run goes; called on every rank, between steps.
public protocol TrainingObserver: AnyObject {
  /// A step is done.
  func finished(step: StepMetrics) throws
  /// An evaluation after `step` steps is done, of the weights or of their moving average.
  func evaluated(_ result: EvaluationResult, ofAverage: Bool, step: Int, epoch: Int) throws
  /// These parameters, the same on every rank, are worth saving.
  func keep(_ parameters: FloatBuffer, as kept: KeptModel, step: Int) throws
}
