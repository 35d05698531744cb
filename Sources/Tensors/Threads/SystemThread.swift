import Glibc

/// A thread of the operating system that runs one closure and is waited for.
package struct SystemThread: @unchecked Sendable {
  /// The system's reason why a thread could not be started.
  package struct StartError: Error {
    /// Its number.
    package let code: Int32
  }

  private final class Work: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let thread: pthread_t

  /// Starts `work` with a stack of so many bytes; without `getsSignals` the others handle all signals
  /// of the process.
  package init(
    stackBytes: Int,
    getsSignals: Bool = true,
    _ work: @escaping @Sendable () -> Void
  ) throws(StartError) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stackBytes)
    // A thread inherits what its maker blocks.
    var (all, before) = (sigset_t(), sigset_t())
    sigfillset(&all)
    if !getsSignals { pthread_sigmask(SIG_SETMASK, &all, &before) }
    defer { if !getsSignals { pthread_sigmask(SIG_SETMASK, &before, nil) } }
    let argument = Unmanaged.passRetained(Work(work))
    var thread = pthread_t()
    let code = pthread_create(
      &thread,
      &attributes,
      { argument in
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      },
      argument.toOpaque()
    )
    guard code == 0 else {
      argument.release()
      throw StartError(code: code)
    }
    self.thread = thread
  }

  /// Returns when the thread has ended; called once.
  package func join() { pthread_join(thread, nil) }
}
