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
  /// Samples whose label is among the five largest logits; nil with five classes or fewer, where it
  /// always is.
  public let correct5: Int?
  /// ‖g‖ of the mean gradient.
  public let gradientNorm: Double
  /// η.
  public let multiplier: Double
  /// The part of a weight that decoupled decay took off.
  public let decay: Double
  /// Whether its update was left out because loss or gradient are not finite: then they mean nothing.
  public let isSkipped: Bool
  /// Steps left out so far, this one included; nil where none ever is.
  public let skippedSteps: Int?
  /// Seconds this step took on this rank.
  public let seconds: Double

  /// What a step came to.
  package init(
    step: Int,
    epoch: Int,
    samples: Int,
    lossSum: Double,
    penalty: Double,
    correct: Int,
    correct5: Int?,
    gradientNorm: Double,
    multiplier: Double,
    decay: Double,
    isSkipped: Bool = false,
    skippedSteps: Int? = nil,
    seconds: Double
  ) {
    self.step = step
    self.epoch = epoch
    self.samples = samples
    self.lossSum = lossSum
    self.penalty = penalty
    self.correct = correct
    self.correct5 = correct5
    self.gradientNorm = gradientNorm
    self.multiplier = multiplier
    self.decay = decay
    (self.isSkipped, self.skippedSteps) = (isSkipped, skippedSteps)
    self.seconds = seconds
  }
}
