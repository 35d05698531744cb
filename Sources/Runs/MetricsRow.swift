/// A row of a run's metrics, as metrics.csv and metrics.jsonl have it; what does not apply is nil.
public struct MetricsRow: Codable, Sendable {
  /// What a row tells of.
  public enum Kind: String, Codable, Sendable {
    /// An interval of steps.
    case train
    /// A whole epoch's training.
    case epoch
    /// An evaluation of the weights.
    case test
    /// An evaluation of the weights' moving average.
    case testEMA = "test-ema"
  }

  /// The version of the columns, which rises when one goes or means something else.
  ///
  /// It stands in run.json: those who read the files as tables would take a line of its own for a
  /// row, and a column of its own for a measurement.
  public static let schema = 1

  /// What the row tells of.
  public var kind: Kind
  /// Steps taken.
  public var step: Int
  /// Epochs begun, from 1; 0 before the first step.
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
  /// What decoupled decay took off a weight in the last step, as a part of it: η·λ, times α in
  /// dialects that have it so.
  public var decay: Double?
  /// Training images a second.
  public var imagesPerSecond: Double?
  /// Seconds since the run began.
  public var seconds: Double

  /// A row; what is nil does not apply.
  public init(
    kind: Kind,
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
}
