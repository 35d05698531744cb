/// What some steps add up to: the stuff of a row of metrics.
public struct MetricsSums: Codable, Sendable, Hashable {
  /// Training images.
  public private(set) var samples = 0
  /// Seconds that the steps took.
  public private(set) var seconds = 0.0
  private var loss = 0.0
  private var penalty = 0.0
  private var correct = 0
  private var correct5: Int?
  private var steps = 0
  private var gradientNorms = 0.0
  private var multipliers = 0.0
  private var decays = 0.0

  /// No steps.
  public init() {}

  /// Adds a step.
  public mutating func add(_ step: StepMetrics) {
    samples += step.samples
    loss += step.lossSum
    penalty += step.penalty * Double(step.samples)
    correct += step.correct
    if let near = step.correct5 { correct5 = (correct5 ?? 0) + near }
    seconds += step.seconds
    steps += 1
    gradientNorms += step.gradientNorm
    multipliers += step.multiplier
    decays += step.decay
  }

  /// Mean loss without the penalty; nil without steps, like all that follow.
  public var meanLoss: Double? { samples > 0 ? loss / Double(samples) : nil }
  /// What coupled decay added to it in the mean.
  public var meanPenalty: Double? { samples > 0 ? penalty / Double(samples) : nil }
  /// Right answers as a fraction.
  public var accuracy: Double? { samples > 0 ? Double(correct) / Double(samples) : nil }
  /// Images whose label is among the five largest logits, as a fraction; nil with five classes or
  /// fewer.
  public var accuracy5: Double? { correct5.map { Double($0) / Double(samples) } }
  /// ‖g‖ in the mean over the steps, whatever their samples.
  public var gradientNorm: Double? { meanOfSteps(gradientNorms) }
  /// η in the mean over the steps.
  public var multiplier: Double? { meanOfSteps(multipliers) }
  /// What decoupled decay took off a weight in a step, as a part of it, in the mean over the steps.
  public var decay: Double? { meanOfSteps(decays) }
  /// Training images a second.
  public var rate: Double? { seconds > 0 ? Double(samples) / seconds : nil }

  private func meanOfSteps(_ sum: Double) -> Double? { steps > 0 ? sum / Double(steps) : nil }
}
