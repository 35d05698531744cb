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
  /// When the first SIGINT came, in nanoseconds of a clock; 0 before.
  private static let interrupted = Atomic<Int>(0)
  /// A second SIGINT after less than that is the same key once more: a program between the terminal
  /// and this one may hand on what the terminal has sent to both.
  private static let echo = 100_000_000
  /// Whether people watch a bar; made before a handler may want it.
  nonisolated(unsafe) private static var isWatched = false

  /// Takes them from now on, but those that the program was started to ignore, as nohup does HUP;
  /// called once, when MPI has set its own handlers.
  static func take() -> StopRequest {
    isWatched = Console.isTerminal
    handle(causes.map(\.signal))
    return StopRequest { StepFlags(rawValue: seen.load(ordering: .relaxed)) }
  }

  /// Takes note from now on of those that warn of an end to come: a launcher hands them on while this
  /// process still waits for the others to start.
  static func heedWarnings() { handle([SIGUSR1, SIGUSR2]) }

  private static func handle(_ signals: [Int32]) {
    for signal in signals {
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
  }

  /// Lets warnings end the process again, for it does not train; one that has come does.
  static func ignoreNoWarning() {
    giveBack()
    for (signal, cause) in causes
    where StepFlags(rawValue: seen.load(ordering: .relaxed)).isSuperset(of: cause.flags) {
      raise(signal)
    }
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
    seen.bitwiseOr(cause.flags.rawValue, ordering: .relaxed)
    guard number == SIGINT else { return }
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let now = time.tv_sec * 1_000_000_000 + time.tv_nsec
    let first = interrupted.compareExchange(expected: 0, desired: now, ordering: .relaxed).original
    if first == 0 {
      say("\r\u{1B}[Kstopping after this step; Ctrl-C again ends at once\n")
    } else if now - first >= echo {
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
