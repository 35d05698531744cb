import DataParallel
import Tensors

/// How long a rank has been where its clock says, as somebody sees who looks every so often.
///
/// Only time in which he looked counts: a process that was stopped and goes on, or a machine that
/// was put to sleep, is not late for that.
package struct SectionWatch: Sendable {
  /// Nanoseconds between two looks.
  package let tick: Int
  /// The most that counts for one look that came late.
  private static let grace = 1_000_000_000

  private var last: SectionClock.Reading?
  /// Nanoseconds in the outermost section, what was saved or shown inside left out.
  private var outermost = 0
  /// Nanoseconds in the innermost one, as far as that was looked at.
  package private(set) var innermost = 0

  /// A watch that looks every `tick` nanoseconds.
  package init(tick: Int) { self.tick = tick }

  /// Takes a look, `elapsed` nanoseconds after the last one; returns nanoseconds that what is timed
  /// together has taken.
  package mutating func look(_ reading: SectionClock.Reading, elapsed: Int) -> Int {
    let counted = min(elapsed, tick + Self.grace)
    let kind = SectionDeadlines.Kind(reading)
    let isNew =
      last?.outermost != reading.outermost || last?.outermostSince != reading.outermostSince
    let isElsewhere = isNew || last?.section != reading.section || last?.since != reading.since
    last = reading
    if isNew { outermost = 0 } else if kind != .save && kind != .show { outermost += counted }
    innermost = isElsewhere ? 0 : innermost + counted
    return kind == .save || kind == .show ? innermost : outermost
  }
}
