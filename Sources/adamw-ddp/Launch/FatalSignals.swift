import Glibc

/// Ends this process by a signal that is to end it, from whatever side it comes.
///
/// The Swift runtime prints a backtrace and returns, for the faulty instruction to fault again; a
/// signal that another process has sent is then forgotten, and a rank would go on. To be seen with
/// `kill -SEGV`, as long as `KilledRankTests` fails without this.
enum FatalSignals {
  private typealias Handler =
    @convention(c) (Int32, UnsafeMutablePointer<siginfo_t>?, UnsafeMutableRawPointer?) -> Void

  private static let all = [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV]
  /// By number, who handled it before; made before a handler may want it, which may not allocate.
  nonisolated(unsafe) private static let before =
    UnsafeMutablePointer<sigaction>.allocate(capacity: 65)

  /// Lets them end the process from now on, but those that it was started to ignore, as a shell's
  /// background job QUIT; called once, when MPI has set its own handlers.
  static func endThisProcess() {
    for signal in all {
      sigaction(signal, nil, before + Int(signal))
      var action = before[Int(signal)]
      if word(action.__sigaction_handler.sa_handler) == word(SIG_IGN) { continue }
      action.__sigaction_handler.sa_sigaction = handler
      action.sa_flags |= SA_SIGINFO
      sigaction(signal, &action, nil)
    }
  }

  /// A handler as a number, for functions cannot be compared.
  private static func word(_ handler: __sighandler_t?) -> Int {
    unsafeBitCast(handler, to: Int.self)
  }

  private static let handler: Handler = { number, info, context in
    let former = before[Int(number)]
    if former.sa_flags & SA_SIGINFO != 0 {
      former.__sigaction_handler.sa_sigaction?(number, info, context)
    }
    signal(number, SIG_DFL)
    // While this handles it, it waits; then it ends the process.
    raise(number)
  }
}
