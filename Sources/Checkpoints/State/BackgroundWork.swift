import Synchronization
import Tensors

/// One piece of work at a time in a thread of its own, whose outcome is asked for or waited for.
package final class BackgroundWork<Outcome: Sendable>: Sendable {
  private final class State: Sendable {
    let outcome = Mutex<Outcome?>(nil)
    let isDone = Atomic(false)
  }

  private let running = Mutex<(state: State, thread: SystemThread?)?>(nil)

  /// Bytes of stack: encoding JSON takes most.
  private static var stackBytes: Int { 1 << 20 }

  /// None yet.
  package init() {}

  /// Whether work was begun whose outcome nobody has taken.
  package var isBusy: Bool { running.withLock { $0 != nil } }

  /// Begins; the outcome of what was begun before must have been taken.
  ///
  /// Where the system gives no thread the work is done at once.
  package func begin(_ work: @escaping @Sendable () -> Outcome) {
    precondition(!isBusy, "work in the background that nobody has waited for")
    let state = State()
    let whole: @Sendable () -> Void = {
      let outcome = work()
      state.outcome.withLock { $0 = outcome }
      state.isDone.store(true, ordering: .releasing)
    }
    var thread: SystemThread?
    do {
      thread = try SystemThread(stackBytes: Self.stackBytes, whole)
    } catch {
      whole()
    }
    let (begun, started) = (state, thread)
    running.withLock { $0 = (begun, started) }
  }

  /// Whether there is an outcome to take.
  package var isDone: Bool {
    running.withLock { $0?.state.isDone.load(ordering: .acquiring) ?? false }
  }

  /// The outcome of what was begun, once it is done; nil where nothing was begun.
  package func wait() -> Outcome? {
    guard
      let (state, thread) = running.withLock({ running in
        defer { running = nil }
        return running
      })
    else { return nil }
    thread?.join()
    return state.outcome.withLock { $0 }
  }
}
