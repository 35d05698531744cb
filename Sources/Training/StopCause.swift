import DataParallel
import Optimizers
import Plans
import Runs

/// Why a run is asked to end before its last step; the first of several counts.
public enum StopCause: UInt64, CaseIterable, Sendable {
  /// SIGTERM.
  case terminate
  /// SIGINT, as Ctrl-C sends it.
  case interrupt
  /// SIGHUP.
  case hangUp
  /// SIGUSR1.
  case user1
  /// SIGUSR2.
  case user2
  /// The file `stop` in the run folder.
  case file
  /// --max-minutes.
  case time

  /// What a rank that knows of it tells the others in a step's totals.
  public var flags: StepFlags {
    self == .time ? [.stop, .timeIsUp] : [.stop, StepFlags(rawValue: 1 << (32 + rawValue))]
  }

  /// The cause that all ranks have agreed on; nil where nobody gave one.
  init?(_ agreed: StepFlags) {
    guard let cause = Self.allCases.first(where: { agreed.isSuperset(of: $0.flags) }) else {
      return nil
    }
    self = cause
  }

  /// The cause in a few words, of a run of `plan`.
  func text(_ plan: TrainingPlan) -> String {
    switch self {
    case .terminate: "SIGTERM"
    case .interrupt: "SIGINT"
    case .hangUp: "SIGHUP"
    case .user1: "SIGUSR1"
    case .user2: "SIGUSR2"
    case .file: "the file \(StopFile.name)"
    case .time: "--max-minutes" + (plan.maxMinutes.map { " \(plain($0))" } ?? "")
    }
  }
}
