/// The line at the end of a terminal that shows how far something is.
struct ProgressBar {
  /// Seconds between two of its states.
  private static let pause = 0.2

  private var drawn = 0.0
  private var isDrawn = false

  /// Whether it is time to draw it again, `time` seconds after its begin.
  func isDue(at time: Double, isLast: Bool) -> Bool { time - drawn > Self.pause || isLast }

  /// Draws it over itself.
  mutating func draw(_ text: ProgressText, at time: Double) {
    (drawn, isDrawn) = (time, true)
    // A terminal goes on to its next line behind its last column.
    Console.write("\r\(text.bar(columns: Console.columns - 1))\u{1B}[K")
  }

  /// Takes it away.
  mutating func clear() {
    if isDrawn { Console.write("\r\u{1B}[K") }
    isDrawn = false
  }
}
