/// When a log file gets a line: after every interval of steps, but not more than one a second, and
/// where an interval takes long at least one every ten seconds.
package struct LineCadence {
  private var last: Double

  /// For a run that begins at `begin`, in seconds of one clock.
  package init(begin: Double) { last = begin }

  /// Whether a step that ends at `time` gets a line; `isInterval` where it ends an interval, `isLast`
  /// where it ends the run.
  package mutating func isDue(at time: Double, isInterval: Bool, isLast: Bool) -> Bool {
    let due = isLast && isInterval || time - last >= (isInterval ? 1 : 10)
    if due { last = time }
    return due
  }
}
