import Plans
import Runs
import Training

/// A replay on the screen: what it computes, then a progress bar on a terminal.
final class ReplayDisplay: ReplayConsole {
  private let run: String
  private let bar = Console.isTerminal
  private var horizon: Horizon?
  private var epochs = 0
  private var last = 0
  private let begun = ContinuousClock.now
  private var progress = ProgressBar()
  private var remaining = RemainingTime(begin: 0, evaluationSteps: 0)
  /// When the first step began, in seconds since `begun`.
  private var first = 0.0

  init(of run: String) { self.run = run }

  private var now: Double { (ContinuousClock.now - begun) / .seconds(1) }

  func begin(_ trainer: Trainer, from: Int, to: Int) {
    (horizon, epochs, last, first) = (trainer.horizon, trainer.plan.epochs, to, now)
    remaining = RemainingTime(begin: first, evaluationSteps: 0)
    let count = to - from
    Console.line(
      "replay of \(run): \(grouped(count)) \(count == 1 ? "step" : "steps"), \(from) to \(to)"
    )
  }

  func moved(_ step: StepMetrics, epoch: MetricsSums) {
    guard bar, let horizon else { return }
    let time = now
    remaining.stepped(at: time)
    guard progress.isDue(at: time, isLast: step.step == last) else { return }
    let text = ProgressText(
      step: step.step,
      steps: last,
      epoch: step.epoch + 1,
      epochs: epochs,
      loss: epoch.meanLoss,
      accuracy: epoch.accuracy,
      learningRate: step.multiplier * horizon.learningRate,
      rate: epoch.rate,
      elapsed: time - first,
      remaining: remaining.seconds(steps: last - step.step, evaluations: 0)
    )
    progress.draw(text, at: time)
  }

  func end() { progress.clear() }
}
