import DataParallel
import Plans
import Runs
import Tensors

/// Makes rows of what a run comes to, writes them and shows them; saves what is to be kept.
final class MetricsReporter: TrainingObserver {
  private let horizon: Horizon
  private let log: MetricsLog?
  private let digests: DigestLog?
  private let console: (any RunConsole)?
  private let models: ModelWriter
  private let team: ThreadTeam
  private let begun = ContinuousClock.now
  /// Seconds of the run's earlier starts.
  private let earlier: Double

  /// A reporter of a run; ranks without log and console make no rows.
  init(
    _ horizon: Horizon,
    earlier: Double,
    log: MetricsLog?,
    digests: DigestLog?,
    console: (any RunConsole)?,
    models: ModelWriter,
    team: ThreadTeam
  ) {
    (self.horizon, self.earlier, self.log) = (horizon, earlier, log)
    self.digests = digests
    (self.console, self.models, self.team) = (console, models, team)
  }

  /// Seconds that the run has taken, over all its starts.
  var seconds: Double { earlier + (ContinuousClock.now - begun) / .seconds(1) }

  func finished(step: StepMetrics, interval: MetricsSums) throws {
    console?.moved(step, interval: interval)
  }

  func skipped(step: StepMetrics, because reason: String?) {
    guard let reason else { return }
    console?.warn("step \(step.step) is left out: \(reason).")
  }

  func report(
    _ kind: MetricsRow.Kind,
    _ sums: MetricsSums,
    last: StepMetrics,
    _ skew: RankSkew?
  ) throws {
    guard let loss = sums.meanLoss, let accuracy = sums.accuracy else { return }
    try write(
      MetricsRow(
        kind: kind,
        step: last.step,
        epoch: last.epoch + 1,
        loss: loss,
        penalty: sums.meanPenalty,
        accuracy: accuracy,
        accuracy5: sums.accuracy5,
        gradientNorm: sums.gradientNorm,
        learningRate: sums.multiplier.map { $0 * horizon.learningRate },
        multiplier: sums.multiplier,
        decay: sums.decay,
        skippedSteps: last.skippedSteps,
        imagesPerSecond: sums.rate,
        seconds: seconds,
        skew: skew
      )
    )
  }

  func evaluated(
    _ result: EvaluationResult,
    as kind: MetricsRow.Kind,
    step: Int,
    epoch: Int
  ) throws {
    try write(
      MetricsRow(
        kind: kind,
        step: step,
        epoch: epoch,
        loss: result.loss,
        accuracy: result.accuracy,
        accuracy5: result.accuracy5,
        seconds: seconds
      )
    )
  }

  func came(to progress: RunProgress) throws {
    // On rank 0 alone.
    if log != nil { try models.write(.running, progress) }
  }

  func savesState() throws { try flush() }

  func digested(_ row: DigestRow) throws { try digests?.append(row) }

  /// Writes what waits to be written; throws `Failure` (.file).
  func flush() throws { try digests?.flush() }

  func keep(_ parameters: FloatBuffer, as reason: KeptModel, _ progress: RunProgress) throws {
    try models.keep(parameters, as: reason, progress)
  }

  private func write(_ row: MetricsRow) throws {
    try log?.append(row)
    try flush()
    if let console { StepSection.show.measure(team) { console.show(row) } }
  }
}
