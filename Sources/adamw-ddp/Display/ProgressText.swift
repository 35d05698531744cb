import Foundation
import Plans

/// How far a run is, as a bar for a terminal or a line for a log file.
package struct ProgressText {
  /// Steps taken.
  package var step: Int
  /// Steps of the run.
  package var steps: Int
  /// Epochs begun.
  package var epoch: Int
  /// Epochs of the plan.
  package var epochs: Int
  /// Mean loss of late.
  package var loss: Double?
  /// Right answers of late on training images, as a fraction.
  package var accuracy: Double?
  /// η·α of the last step.
  package var learningRate: Double
  /// Images a second.
  package var rate: Double?
  /// Seconds since the run began.
  package var elapsed: Double
  /// Seconds to come.
  package var remaining: Double?

  /// A run's progress.
  package init(
    step: Int,
    steps: Int,
    epoch: Int,
    epochs: Int,
    loss: Double?,
    accuracy: Double?,
    learningRate: Double,
    rate: Double?,
    elapsed: Double,
    remaining: Double?
  ) {
    (self.step, self.steps, self.epoch, self.epochs) = (step, steps, epoch, epochs)
    (self.loss, self.accuracy, self.learningRate) = (loss, accuracy, learningRate)
    (self.rate, self.elapsed, self.remaining) = (rate, elapsed, remaining)
  }

  /// A bar with what fits behind it, in at most `columns` columns; each letter of it is one.
  ///
  /// Each field keeps its width, and so do the bar and the choice of fields, whatever the numbers
  /// are: what is drawn over itself must not jump.
  package func bar(columns: Int) -> String {
    let rate = Self.number(rate.map { "\(Int(min($0, 1e9).rounded()))" }, 5)
    let percent = accuracy.map { 100 * $0 }
    let number = Self.padded(step, of: steps)
    let parts = [
      Self.epochPart(epoch, of: epochs, rank: 4),
      FittedLine.Part("step \(number)", short: number, rank: 0),
      FittedLine.Part("loss \(Self.number(loss.map(Self.lossText), 6))", rank: 2),
      FittedLine.Part(
        "top-1 \(Self.number(percent.map { String(format: "%.2f", $0) }, 6)) %",
        short: "top-1 \(Self.number(percent.map { String(format: "%.0f", $0) }, 3)) %",
        rank: 3
      ),
      FittedLine.Part(
        "lr \(Self.number(significant(learningRate), 8))",
        short: "lr \(Self.number(significant(learningRate, digits: 2), 7))",
        rank: 7
      ),
      FittedLine.Part("\(rate) images/s", short: "\(rate)/s", rank: 5),
      FittedLine.Part("elapsed \(Self.number(Self.shortTime(elapsed), 7))", rank: 6),
      FittedLine.Part("ETA \(Self.number(remaining.map(Self.shortTime), 7))", rank: 1),
    ]
    let room = columns >= Self.leastColumns ? Self.leastCells + 1 : 0
    let text = FittedLine.text(parts, columns: columns - room)
    if room == 0 { return text }
    let cells = min(Self.mostCells, columns - text.count - 1)
    let done = steps > 0 ? step * cells / steps : cells
    return String(repeating: "█", count: done) + String(repeating: "░", count: cells - done) + " "
      + text
  }

  /// A line without a bar, in at most `columns` columns.
  package func line(columns: Int) -> String {
    let parts = [
      Self.epochPart(epoch, of: epochs),
      FittedLine.Part("step \(Self.padded(step, of: steps))", rank: 0),
      part(loss.map { "loss \(Self.lossText($0))" }, rank: 2),
      part(
        accuracy.map { accuracyText($0, nil) },
        short: accuracy.map { String(format: "top-1 %.0f %%", 100 * $0) },
        rank: 3
      ),
      speed, part(remaining.map { "ETA \(Self.shortTime($0))" }, rank: 1),
    ]
    return FittedLine.text(parts.compactMap { $0 }, columns: columns)
  }

  /// "epoch  3/10", which says less than the step.
  static func epochPart(_ epoch: Int, of epochs: Int, rank: Int = 7) -> FittedLine.Part {
    FittedLine.Part("epoch \(padded(epoch, of: epochs))", rank: rank)
  }

  /// " 50/316", as wide as the last one, so that lines stand below each other.
  static func padded(_ number: Int, of whole: Int) -> String {
    "\(Self.number("\(number)", "\(whole)".count))/\(whole)"
  }

  /// "1:02:03" or "2:03".
  static func time(_ seconds: Double) -> String {
    let s = Int(seconds.rounded())
    return s >= 3600
      ? String(format: "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60)
      : String(format: "%d:%02d", s / 60, s % 60)
  }

  /// The same in at most seven letters, for what takes days.
  private static func shortTime(_ seconds: Double) -> String {
    let minutes = Int(min(seconds, 1e9) / 60)
    return seconds.rounded() < 36000
      ? time(seconds) : String(format: "%d:%02dh", minutes / 60, minutes % 60)
  }

  /// "0.6857", in at most six letters.
  private static func lossText(_ loss: Double) -> String {
    let decimals = [1e1, 1e2, 1e3, 1e4].firstIndex { loss.magnitude < $0 * 0.99999 }
    return String(format: decimals.map { "%.\(4 - $0)f" } ?? "%.0e", loss)
  }

  /// A number to the right of `width` columns; a dash where there is none.
  private static func number(_ text: String?, _ width: Int) -> String {
    let text = text ?? "–"
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// Where a bar has at least so many columns it shows cells.
  private static let leastColumns = 36
  private static let leastCells = 8
  private static let mostCells = 24

  private var speed: FittedLine.Part? {
    guard let rate else { return nil }
    let count = Int(min(rate, 1e9).rounded())
    return FittedLine.Part("\(count) images/s", short: "\(count)/s", rank: 4)
  }

  private func part(_ text: String?, short: String? = nil, rank: Int) -> FittedLine.Part? {
    text.map { FittedLine.Part($0, short: short, rank: rank) }
  }
}
