/// One row; what does not apply is nil.
public struct MetricsRow: Sendable {
  /// "train" (an interval of steps), "epoch" (a whole epoch's training), "test", or "test-ema" for the weights' moving average.
  public var kind: String
  /// Steps taken.
  public var step: Int
  /// Epochs begun, from 1.
  public var epoch: Int
  /// Mean loss.
  public var loss: Double
  /// What coupled decay adds to it: ½·Σ l2·θ², the mean over the steps.
  public var penalty: Double?
  /// Right answers as a fraction.
  public var accuracy: Double
  /// Images whose label is among the five largest logits, as a fraction.
  public var accuracy5: Double?
  /// ‖g‖ of the last step.
  public var gradientNorm: Double?
  /// η·α of the last step.
  public var learningRate: Double?
  /// η of the last step.
  public var multiplier: Double?
  /// What decoupled decay took off a weight in the last step, as a part of it: η·λ, times α in dialects that have it so.
  public var decay: Double?
  /// Training images a second.
  public var imagesPerSecond: Double?
  /// Seconds since the run began.
  public var seconds: Double

  /// A row; what is nil does not apply.
  public init(
    kind: String,
    step: Int,
    epoch: Int,
    loss: Double,
    penalty: Double? = nil,
    accuracy: Double,
    accuracy5: Double? = nil,
    gradientNorm: Double? = nil,
    learningRate: Double? = nil,
    multiplier: Double? = nil,
    decay: Double? = nil,
    imagesPerSecond: Double? = nil,
    seconds: Double
  ) {
    self.kind = kind
    self.step = step
    self.epoch = epoch
    self.loss = loss
    self.penalty = penalty
    self.accuracy = accuracy
    self.accuracy5 = accuracy5
    self.gradientNorm = gradientNorm
    self.learningRate = learningRate
    self.multiplier = multiplier
    self.decay = decay
    self.imagesPerSecond = imagesPerSecond
    self.seconds = seconds
  }

  var fields: [(String, String)] {
    func number(_ x: Double?) -> String { x.map { "\($0)" } ?? "" }
    return [
      ("kind", "\"\(kind)\""), ("step", "\(step)"), ("epoch", "\(epoch)"),
      ("loss", number(loss)), ("penalty", number(penalty)),
      ("total", number(penalty.map { loss + $0 })), ("accuracy", number(accuracy)),
      ("accuracy5", number(accuracy5)), ("gradient_norm", number(gradientNorm)),
      ("learning_rate", number(learningRate)),
      ("multiplier", number(multiplier)), ("decay", number(decay)),
      ("images_per_s", number(imagesPerSecond)), ("seconds", number(seconds)),
    ]
  }
}
