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
  package func bar(columns: Int) -> String {
    let parts = [
      FittedLine.Part(Self.padded(step, of: steps), rank: 0),
      part(loss.map { String(format: "loss %.4f", $0) }, rank: 2),
      part(accuracy.map(Self.percent), short: accuracy.map(Self.shortPercent), rank: 3),
      FittedLine.Part(
        "lr \(significant(learningRate))",
        short: "lr \(significant(learningRate, digits: 2))",
        rank: 6
      ),
      speed, FittedLine.Part(Self.time(elapsed), rank: 5), timeLeft,
    ].compactMap { $0 }
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
      part(loss.map { String(format: "loss %.4f", $0) }, rank: 2),
      part(accuracy.map(Self.percent), short: accuracy.map(Self.shortPercent), rank: 3),
      speed, timeLeft,
    ]
    return FittedLine.text(parts.compactMap { $0 }, columns: columns)
  }

  /// "epoch  3/10", which says less than the step.
  static func epochPart(_ epoch: Int, of epochs: Int) -> FittedLine.Part {
    FittedLine.Part("epoch \(padded(epoch, of: epochs))", rank: 7)
  }

  /// " 50/316", as wide as the last one, so that lines stand below each other.
  static func padded(_ number: Int, of whole: Int) -> String {
    let (text, width) = ("\(number)", "\(whole)".count)
    return String(repeating: " ", count: max(0, width - text.count)) + text + "/\(whole)"
  }

  /// "1:02:03" or "2:03".
  static func time(_ seconds: Double) -> String {
    let s = Int(seconds.rounded())
    return s >= 3600
      ? String(format: "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60)
      : String(format: "%d:%02d", s / 60, s % 60)
  }

  /// Where a bar has at least so many columns it shows cells.
  private static let leastColumns = 30
  private static let leastCells = 8
  private static let mostCells = 24

  private var speed: FittedLine.Part? {
    guard let rate else { return nil }
    let count = Int(min(rate, 1e9).rounded())
    return FittedLine.Part("\(count) images/s", short: "\(count)/s", rank: 4)
  }

  private var timeLeft: FittedLine.Part? { part(remaining.map { "ETA \(Self.time($0))" }, rank: 1) }

  private func part(_ text: String?, short: String? = nil, rank: Int) -> FittedLine.Part? {
    text.map { FittedLine.Part($0, short: short, rank: rank) }
  }

  private static func percent(_ part: Double) -> String { accuracyText(part, nil) }

  private static func shortPercent(_ part: Double) -> String {
    String(format: "top-1 %.0f %%", 100 * part)
  }
}
