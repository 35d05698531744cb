import DataParallel
import Tensors

/// How long a run may stay in a section before its rank is held for hung.
///
/// A step gets what the user says, or ten times what steps usually take. What is long for a reason
/// has a deadline of its own: everything before the first step has ended, which is long for other
/// reasons than those after it; evaluations; and writing to a file system.
package struct SectionDeadlines: Sendable {
  /// Seconds of a step that are given; nil: learned from the run.
  private let given: Double?
  /// Seconds of anything that has not ended once before.
  private let first: Double

  /// The least that is learned for a step or an evaluation, in seconds: a server of files may take
  /// a minute and a half to come back.
  package static let least = 120.0
  /// What anything may take that has not ended once before where nobody says more, in seconds.
  package static let first = 3600.0
  /// The least for writing what is kept, in seconds: beginning a checkpoint is quick, and ending the
  /// last one is not.
  package static let leastSave = 1800.0
  /// How often its usual time something may take.
  package static let factor = 10.0

  /// Deadlines with one of a step in seconds, nil: learned; and of what is done for the first time.
  package init(step given: Double?, first: Double = SectionDeadlines.first) {
    (self.given, self.first) = (given, max(first, given ?? 0))
  }

  /// The shortest that there may be, in seconds.
  package var shortest: Double { min(given ?? Self.least, first) }

  /// Nanoseconds that the section of a reading may take; nil: as long as it wants.
  package func nanoseconds(of kind: Kind, _ usual: (_ label: StepSection) -> Int) -> Int? {
    func seconds(_ section: StepSection) -> Double? {
      let usual = usual(section)
      return usual == 0 ? nil : Self.factor * Double(usual) / 1e9
    }
    let allowed: Double
    switch kind {
    case .step: allowed = seconds(.step).map { given ?? max(Self.least, $0) } ?? first
    case .evaluation:
      allowed = seconds(.evaluate).map { max(given ?? Self.least, $0) } ?? first
    case .lastEvaluation: allowed = first
    case .save: allowed = seconds(.save).map { max(Self.leastSave, given ?? 0, $0) } ?? first
    case .show: return nil
    }
    return Int(min(allowed, 1e9) * 1e9)
  }

  /// What is timed together.
  package enum Kind: Hashable, Sendable {
    /// A step, or what lies between steps.
    case step
    /// An evaluation on what is measured as the run goes.
    case evaluation
    /// That of the end, on other images.
    case lastEvaluation
    /// Writing what is kept, wherever it happens.
    case save
    /// Showing people how it goes.
    case show

    /// That of a reading.
    package init(_ reading: SectionClock.Reading) {
      switch StepSection(rawValue: reading.section) {
      case .save: self = .save
      case .show: self = .show
      default:
        switch StepSection(rawValue: reading.outermost) {
        case .evaluate: self = .evaluation
        case .lastEvaluation: self = .lastEvaluation
        default: self = .step
        }
      }
    }
  }
}
