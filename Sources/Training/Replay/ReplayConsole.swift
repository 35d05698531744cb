import Runs

/// Where a replay shows itself to people; on rank 0 only.
public protocol ReplayConsole: AnyObject {
  /// Before its first step: it computes those behind `from` up to `to`.
  func begin(_ trainer: Trainer, from: Int, to: Int)
  /// After every step; `epoch` are those of its epoch.
  func moved(_ step: StepMetrics, epoch: MetricsSums)
  /// After the last.
  func end()
}
