import Runs
import Tensors

/// Who is told how a run goes; called on every rank, between steps.
///
/// What an observer does not care about it need not have.
public protocol TrainingObserver: AnyObject {
  /// A step is done; `interval` are the steps since the last row of kind train, this one included.
  func finished(step: StepMetrics, interval: MetricsSums) throws
  /// The update of a step that is done was left out; `reason` says what was not finite, at the first
  /// of several in a row.
  func skipped(step: StepMetrics, because reason: String?) throws
  /// A row is due of the steps that `sums` add up, of which `last` is the last; `skew` says how far
  /// the ranks are apart, where there are several.
  func report(
    _ kind: MetricsRow.Kind,
    _ sums: MetricsSums,
    last: StepMetrics,
    _ skew: RankSkew?
  ) throws
  /// An evaluation after `step` steps and `epoch` epochs begun is done; `kind` says of what, on what.
  func evaluated(_ result: EvaluationResult, as kind: MetricsRow.Kind, step: Int, epoch: Int) throws
  /// Rows were due behind a step, and all of them have been reported.
  func came(to progress: RunProgress) throws
  /// The state after some steps has this digest; told before `finished` of the step behind them, of
  /// the last state at the end.
  func digested(_ row: DigestRow) throws
  /// The state is about to be saved: what was told before must be found by who goes on from it.
  func savesState() throws
  /// These parameters, the same on every rank, are to be saved; `progress` knows of them already.
  func keep(_ parameters: FloatBuffer, as reason: KeptModel, _ progress: RunProgress) throws
}

extension TrainingObserver {
  /// Does nothing.
  public func finished(step: StepMetrics, interval: MetricsSums) throws {}
  /// Does nothing.
  public func skipped(step: StepMetrics, because reason: String?) throws {}
  /// Does nothing.
  public func report(
    _ kind: MetricsRow.Kind,
    _ sums: MetricsSums,
    last: StepMetrics,
    _ skew: RankSkew?
  ) throws {}
  /// Does nothing.
  public func evaluated(
    _ result: EvaluationResult,
    as kind: MetricsRow.Kind,
    step: Int,
    epoch: Int
  ) throws {}
  /// Does nothing.
  public func came(to progress: RunProgress) throws {}
  /// Does nothing.
  public func savesState() throws {}
  /// Does nothing.
  public func digested(_ row: DigestRow) throws {}
  /// Does nothing.
  public func keep(_ parameters: FloatBuffer, as reason: KeptModel, _ progress: RunProgress) throws
  {}
}
