import Collectives
import Runs

/// Where a run shows itself to people; on rank 0 only.
public protocol RunConsole: AnyObject {
  /// Before the first step.
  func begin(_ trainer: Trainer, _ environment: RunEnvironment, folder: String)
  /// After every step; `loss` and `rate` (images a second) are means of late.
  func moved(to step: Int, loss: Double?, rate: Double?)
  /// A row of metrics.
  func show(_ row: MetricsRow)
  /// After the last step, before the summary.
  func end()
}
