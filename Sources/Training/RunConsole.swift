import Collectives
import Runs

/// Where a run shows itself to people; on rank 0 only.
public protocol RunConsole: AnyObject {
  /// What is wrong and does not end the run.
  func warn(_ text: String)
  /// Before the first step.
  func begin(_ trainer: Trainer, _ environment: RunEnvironment, folder: String)
  /// After every step; `interval` are the steps since the last row of kind train, this one included.
  func moved(_ step: StepMetrics, interval: MetricsSums)
  /// A row of metrics.
  func show(_ row: MetricsRow)
  /// After the last step, before the summary.
  func end()
}
