import DataParallel
import Datasets
import Foundation
import Logging
import Networks
import Optimizers
import Plans
import Runs
import Tensors
import Training

/// A run on the screen: the banner, then a progress bar on a terminal or a line an interval
/// elsewhere.
final class RunDisplay: RunConsole {
  private let plan: TrainingPlan
  private let quiet: Bool
  private let library: String
  private let bar = Console.isTerminal
  private var steps = 0
  private var begun = ContinuousClock.now
  private var drawn = ContinuousClock.now
  private var isDrawn = false

  init(_ plan: TrainingPlan, quiet: Bool, library: String) {
    (self.plan, self.quiet, self.library) = (plan, quiet, library)
  }

  func begin(_ trainer: Trainer, _ environment: RunEnvironment, folder: String) {
    steps = trainer.horizon.steps
    begun = .now
    let logger = Console.logger(quiet ? .warning : .info)
    for note in environment.source.notes { logger.notice("\(note)") }
    if !quiet {
      let lines = Banner.lines(trainer, environment, library: library, folder: folder)
      for line in lines { Console.line(line) }
    }
    // Last, where it is seen.
    for warning in trainer.warnings { logger.warning("\(warning)") }
    let advice = SlowKernels.advice(
      ProcessInfo.processInfo.environment,
      threads: environment.placement.threadsByRank[0]
    )
    if let advice { logger.warning("\(advice)") }
  }

  func moved(to step: Int, loss: Double?, rate: Double?) {
    guard bar, !quiet, .now - drawn > .milliseconds(200) || step == steps else { return }
    drawn = .now
    isDrawn = true
    let width = 24
    let done = steps > 0 ? step * width / steps : width
    let filled = String(repeating: "█", count: done) + String(repeating: "░", count: width - done)
    let elapsed = (ContinuousClock.now - begun) / .seconds(1)
    let left = elapsed / Double(max(1, step)) * Double(steps - step)
    let parts = [
      "\(filled) \(step)/\(steps)", loss.map { String(format: "loss %.4f", $0) },
      rate.map { "\(Int($0.rounded())) images/s" }, "ETA \(Self.time(left))",
    ]
    Console.write("\r\u{1B}[K" + parts.compactMap { $0 }.joined(separator: "  "))
  }

  func show(_ row: MetricsRow) {
    if quiet || row.kind == .epoch || (bar && row.kind == .train) { return }
    clear()
    let loss = String(format: "%.4f", row.loss)
    let accuracy = accuracyText(row.accuracy, row.accuracy5)
    let epoch = "epoch \(row.epoch)/\(plan.epochs)"
    if row.kind.isEvaluation {
      Console.line("\(epoch)  step \(row.step)  \(row.kind.rawValue) loss \(loss)  \(accuracy)")
    } else {
      let elapsed = (ContinuousClock.now - begun) / .seconds(1)
      let left = elapsed / Double(max(1, row.step)) * Double(steps - row.step)
      let speed = row.imagesPerSecond.map { "\(Int($0.rounded())) images/s" } ?? ""
      Console.line(
        "\(epoch)  step \(row.step)/\(steps)  loss \(loss)  \(accuracy)  "
          + "\(speed)  ETA \(Self.time(left))"
      )
    }
  }

  func end() { clear() }

  /// The last lines of a run.
  func summarize(_ summary: RunSummary) {
    if let accuracy = summary.valAccuracy, let loss = summary.valLoss {
      let right = accuracyText(accuracy, summary.valAccuracy5)
      Console.line(right + String(format: "  val loss %.4f", loss))
    }
    if let accuracy = summary.testAccuracy, let loss = summary.testLoss {
      let right = accuracyText(accuracy, summary.testAccuracy5)
      let text = right + String(format: "  test loss %.4f", loss)
      let speed = summary.imagesPerS.map { "  \(Int($0.rounded())) images/s" } ?? ""
      let steps = summary.steps == 1 ? "1 step" : "\(summary.steps) steps"
      let time =
        summary.seconds < 60 ? "\(significant(summary.seconds)) s" : Self.time(summary.seconds)
      Console.line("\(text)  \(steps) in \(time)\(speed)")
    }
    if let best = summary.best, plan.saveBest || summary.stoppedEarly {
      let text =
        "the best\(best.ofAverage ? " average" : "") on \(best.split.rawValue) was "
        + "\(accuracyText(best.accuracy, nil)) after epoch \(best.epoch)"
      let file = plan.saveBest ? ": best.safetensors" : ""
      Console.line((summary.stoppedEarly ? "stopped early; " : "") + text + file)
    }
    let choice = !summary.snapshots.isEmpty || plan.saveBest || plan.averageDecay != nil
    if let recommended = summary.recommended, choice {
      let count = summary.snapshots.count
      Console.line((count > 0 ? "snapshots: \(count); " : "") + "recommended: \(recommended)")
    }
    Console.line("run folder: \(summary.output)")
  }

  private func clear() {
    if isDrawn { Console.write("\r\u{1B}[K") }
    isDrawn = false
  }

  /// "1:02:03" or "2:03".
  private static func time(_ seconds: Double) -> String {
    let s = Int(seconds.rounded())
    return s >= 3600
      ? String(format: "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60)
      : String(format: "%d:%02d", s / 60, s % 60)
  }
}
