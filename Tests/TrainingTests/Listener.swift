import Runs
import Training

/// A console that keeps what a run warns of.
final class Listener: RunConsole {
  private(set) var warnings: [String] = []

  func warn(_ text: String) { warnings.append(text) }
  func begin(_ trainer: Trainer, _ environment: RunEnvironment, folder: String) {}
  func moved(_ step: StepMetrics, interval: MetricsSums) {}
  func show(_ row: MetricsRow) {}
  func end() {}
}
