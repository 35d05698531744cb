import Datasets

/// A row of a run's metrics, as metrics.csv and metrics.jsonl have it; what does not apply is nil.
public struct MetricsRow: Decodable, Sendable {
  /// What a row tells of.
  public enum Kind: String, Codable, Sendable {
    /// An interval of steps.
    case train
    /// A whole epoch's training.
    case epoch
    /// An evaluation of the weights on the images held out.
    case val
    /// An evaluation of the weights' moving average on the images held out.
    case valEMA = "val-ema"
    /// An evaluation of the weights on the test images.
    case test
    /// An evaluation of the weights' moving average on the test images.
    case testEMA = "test-ema"

    /// That of an evaluation.
    public init(_ split: EvaluationSplit, ofAverage: Bool) {
      switch split {
      case .val: self = ofAverage ? .valEMA : .val
      case .test: self = ofAverage ? .testEMA : .test
      }
    }

    /// Whether it is of an evaluation, not of training.
    public var isEvaluation: Bool { self != .train && self != .epoch }
  }

  /// The version of the columns, which rises when one goes or means something else.
  ///
  /// Up to 1, rows of kind test were of the images held out where there were some, and what is a
  /// mean over steps now was of the last step.
  ///
  /// It stands in run.json: those who read the files as tables would take a line of its own for a
  /// row, and a column of its own for a measurement.
  public static let schema = 2

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
  /// ‖g‖, the mean over the steps.
  public var gradientNorm: Double?
  /// η·α, the mean over the steps.
  public var learningRate: Double?
  /// η, the mean over the steps.
  public var multiplier: Double?
  /// What decoupled decay took off a weight in a step, as a part of it, the mean over the steps:
  /// η·λ, times α in dialects that have it so.
  public var decay: Double?
  /// Steps of the run so far whose update was left out; nil where none ever is.
  public var skippedSteps: Int?
  /// Training images a second.
  public var imagesPerSecond: Double?
  /// Seconds since the run began.
  public var seconds: Double
  /// How far ranks are apart, where there are several.
  public var skew: RankSkew?

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
    skippedSteps: Int? = nil,
    imagesPerSecond: Double? = nil,
    seconds: Double,
    skew: RankSkew? = nil
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
    self.skippedSteps = skippedSteps
    self.imagesPerSecond = imagesPerSecond
    self.seconds = seconds
    self.skew = skew
  }
}
