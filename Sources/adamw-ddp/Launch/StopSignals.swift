import DataParallel
import Glibc
import Synchronization
import Training

/// The signals that ask a run to end after its step, instead of ending this process.
///
/// A handler may do little: it notes the signal, and the step in progress tells all ranks.
enum StopSignals {
  private static let causes: [(signal: Int32, cause: StopCause)] = [
    (SIGTERM, .terminate), (SIGINT, .interrupt), (SIGHUP, .hangUp), (SIGUSR1, .user1),
    (SIGUSR2, .user2),
  ]
  /// The flags of all that have come.
  private static let seen = Atomic<UInt64>(0)
  /// Whether people watch a bar; made before a handler may want it.
  nonisolated(unsafe) private static var isWatched = false

  /// Takes them from now on, but those that the program was started to ignore, as nohup does HUP;
  /// called once, when MPI has set its own handlers.
  static func take() -> StopRequest {
    isWatched = Console.isTerminal
    for (signal, _) in causes {
      var action = sigaction()
      sigaction(signal, nil, &action)
      let former = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      if former == unsafeBitCast(SIG_IGN, to: Int.self) { continue }
      action = sigaction()
      action.__sigaction_handler.sa_handler = handler
      // What a thread waits for goes on.
      action.sa_flags = SA_RESTART
      sigaction(signal, &action, nil)
    }
    return StopRequest { StepFlags(rawValue: seen.load(ordering: .relaxed)) }
  }

  /// Lets those that are taken end the process again, for there is no step to come that could tell
  /// of them.
  static func giveBack() {
    for (signal, _) in causes {
      var action = sigaction()
      sigaction(signal, nil, &action)
      let current = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      if current == unsafeBitCast(handler, to: Int.self) { Glibc.signal(signal, SIG_DFL) }
    }
  }

  private static let handler: @convention(c) (Int32) -> Void = { number in
    let reason = errno
    defer { errno = reason }
    let cause: StopCause =
      switch number {
      case SIGINT: .interrupt
      case SIGHUP: .hangUp
      case SIGUSR1: .user1
      case SIGUSR2: .user2
      default: .terminate
      }
    let flags = cause.flags.rawValue
    let before = seen.bitwiseOr(flags, ordering: .relaxed).oldValue
    guard number == SIGINT else { return }
    if before & flags != flags {
      say("\r\u{1B}[Kstopping after this step; Ctrl-C again ends at once\n")
    } else {
      say("\r\u{1B}[K")
      signal(number, SIG_DFL)
      // While this handles it, it waits; then it ends the process.
      raise(number)
    }
  }

  /// Writes to a terminal where one is watched, which a handler may.
  private static func say(_ text: StaticString) {
    if isWatched { _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount) }
  }
}
