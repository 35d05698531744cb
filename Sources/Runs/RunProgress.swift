import Datasets

/// Everything beside tensors that a run's future depends on: with it and the tensors a run goes on
/// as if it had never ended.
///
/// No generator of random numbers is in it, since every draw follows from seed and step; and the
/// order of the images follows from the step's number.
public struct RunProgress: Codable, Sendable, Equatable {
  /// Steps taken.
  public var step = 0
  /// The best evaluation, and how many there have been since.
  public var course = EvaluationCourse()
  /// What the rule remembers besides its state arrays.
  public var ruleMemory = SIMD4<Double>.zero
  /// The steps whose update was left out.
  public var skipped = SkippedSteps()
  /// The steps since the last row of kind train.
  public var interval = MetricsSums()
  /// The steps of the epoch that was begun last.
  public var epoch = MetricsSums()
  /// All steps.
  public var whole = MetricsSums()
  /// The models that were saved on the way.
  public var kept = KeptModels()
  /// The last evaluation on the images held out.
  public var val = EvaluationPair()
  /// The last evaluation on the test images; where there are others to choose by, that of the end.
  public var test = EvaluationPair()
  /// The digests of its states so far; nil where it takes none.
  public var chain: DigestChain?
  /// Seconds that the run has taken, over all its starts.
  public var seconds = 0.0

  /// A run before its first step.
  public init() {}

  /// The last evaluation on a split.
  public subscript(split: EvaluationSplit) -> EvaluationPair {
    get { split == .val ? val : test }
    set { if split == .val { val = newValue } else { test = newValue } }
  }

  /// Takes a step in; `opensEpoch` says whether it is the first of its epoch.
  ///
  /// One whose update was left out counts as taken and adds up to nothing.
  public mutating func take(_ metrics: StepMetrics, opensEpoch: Bool) {
    step = metrics.step
    if opensEpoch { epoch = MetricsSums() }
    skipped.take(isSkipped: metrics.isSkipped)
    if metrics.isSkipped { return }
    interval.add(metrics)
    epoch.add(metrics)
    whole.add(metrics)
  }
}
