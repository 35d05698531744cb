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

/// A run on the screen: the banner, then a progress bar on a terminal or lines elsewhere.
final class RunDisplay: RunConsole {
  private let plan: TrainingPlan
  private let quiet: Bool
  private let library: String
  private let bar = Console.isTerminal
  private var horizon: Horizon?
  private var calendar: RunCalendar?
  private var remaining = RemainingTime(begin: 0, evaluationSteps: 0)
  /// How many evaluations that of the test images at the end is worth.
  private var lastEvaluation = 0.0
  private var cadence = LineCadence(begin: 0)
  private let begun = ContinuousClock.now
  /// When the first step began, in seconds since `begun`.
  private var first = 0.0
  private var progress = ProgressBar()

  init(_ plan: TrainingPlan, quiet: Bool, library: String) {
    (self.plan, self.quiet, self.library) = (plan, quiet, library)
  }

  /// Seconds of this display's clock.
  private var now: Double { (ContinuousClock.now - begun) / .seconds(1) }

  func begin(_ trainer: Trainer, _ environment: RunEnvironment, folder: String) {
    (horizon, calendar) = (trainer.horizon, RunCalendar(plan, trainer.horizon))
    first = now
    // Forward is about a third of a step.
    let source = environment.source
    let measured = source.measured
    let images = measured.images.count * (plan.averageDecay == nil ? 1 : 2)
    // The test images follow at the end, where others are evaluated on until then.
    if measured.split == .val, let test = source.test {
      lastEvaluation = Double(test.count) / Double(measured.images.count)
    }
    remaining = RemainingTime(
      begin: first,
      evaluationSteps: Double(images) / Double(plan.batchSize) / 3
    )
    cadence = LineCadence(begin: first)
    let logger = Console.logger(quiet ? .warning : .info)
    for note in environment.notes + environment.placement.notes { logger.notice("\(note)") }
    if !quiet {
      let lines = Banner.lines(trainer, environment, library: library, folder: folder)
      for line in lines { Console.line(line, indent: Banner.indent) }
    }
    // Last, where it is seen.
    for warning in trainer.warnings { logger.warning("\(warning)") }
    let advice = SlowKernels.advice(
      ProcessInfo.processInfo.environment,
      threads: environment.placement.threadsByRank[0]
    )
    if let advice { logger.warning("\(advice)") }
  }

  func warn(_ text: String) { Console.logger(.warning).warning("\(text)") }

  func moved(_ step: StepMetrics, interval: MetricsSums) {
    guard !quiet, let horizon, let calendar else { return }
    let time = now
    remaining.stepped(at: time)
    let isLast = step.step == horizon.steps
    if bar {
      guard progress.isDue(at: time, isLast: isLast) else { return }
    } else {
      let isInterval = calendar.due(after: step.step).intervalRow
      guard cadence.isDue(at: time, isInterval: isInterval, isLast: isLast) else { return }
    }
    let text = ProgressText(
      step: step.step,
      steps: horizon.steps,
      epoch: step.epoch + 1,
      epochs: plan.epochs,
      loss: interval.meanLoss,
      accuracy: interval.accuracy,
      learningRate: step.multiplier * horizon.learningRate,
      rate: interval.rate,
      elapsed: time - first,
      remaining: remaining.seconds(
        steps: horizon.steps - step.step,
        // One that is due behind this very step is still to come.
        evaluations: Double(calendar.evaluations(from: step.step)) + lastEvaluation
      )
    )
    guard bar else { return Console.line(text.line(columns: Self.fileColumns)) }
    progress.draw(text, at: time)
  }

  func show(_ row: MetricsRow) {
    // The steps' rows are the bar's and the lines' matter.
    guard !quiet, row.kind.isEvaluation, let horizon else { return }
    remaining.evaluated(at: now)
    progress.clear()
    let parts = [
      ProgressText.epochPart(row.epoch, of: plan.epochs),
      FittedLine.Part("step \(ProgressText.padded(row.step, of: horizon.steps))", rank: 2),
      FittedLine.Part(String(format: "\(row.kind.rawValue) loss %.4f", row.loss), rank: 1),
      FittedLine.Part(
        accuracyText(row.accuracy, row.accuracy5),
        short: accuracyText(row.accuracy, nil),
        rank: 0
      ),
    ]
    Console.line(FittedLine.text(parts, columns: bar ? Console.columns : Self.fileColumns))
  }

  /// What a log file is read in, as a rule, and what mpirun shows of ranks.
  private static let fileColumns = 80

  func end() { progress.clear() }

  /// The last lines of a run.
  func summarize(_ summary: RunSummary) {
    if let accuracy = summary.valAccuracy, let loss = summary.valLoss {
      let right = accuracyText(accuracy, summary.valAccuracy5)
      Console.line(fields: [right, String(format: "val loss %.4f", loss)])
    }
    if let accuracy = summary.testAccuracy, let loss = summary.testLoss {
      let right = accuracyText(accuracy, summary.testAccuracy5)
      // The time has the evaluations in it, and the speed has not.
      let speed = summary.imagesPerS.map { ["\(grouped(Int($0.rounded()))) images/s in training"] }
      let steps = summary.steps == 1 ? "1 step" : "\(grouped(summary.steps)) steps"
      let time =
        summary.seconds < 60
        ? "\(significant(summary.seconds)) s" : ProgressText.time(summary.seconds)
      let fields = [right, String(format: "test loss %.4f", loss), "\(steps) in \(time)"]
      Console.line(fields: fields + (speed ?? []))
    }
    if summary.skippedSteps > 0 {
      let count = summary.skippedSteps
      Console.line(
        "\(grouped(count)) step\(count == 1 ? "" : "s") left out: loss or gradient not finite"
      )
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
    sayHowToGoOn(summary)
    Console.line("run folder: \(summary.output)")
  }

  /// Why a run was stopped, and the line to copy that goes on with it; nothing of any other.
  func sayHowToGoOn(_ summary: RunSummary) {
    guard summary.state == .stopped, let message = summary.message else { return }
    Console.line("\(message); to go on:")
    // In one line whatever the terminal's width: it is to be copied.
    let program = shellWord(CommandLine.arguments[0])
    Console.write("  \(program) train --resume \(resumeWord(summary.output))\n")
  }
}
