import Synchronization
import Tensors

/// One piece of work at a time in a thread of its own, whose outcome is asked for or waited for.
package final class BackgroundWork<Outcome: Sendable>: Sendable {
  private final class State: Sendable {
    let outcome = Mutex<Outcome?>(nil)
    let isDone = Atomic(false)
  }

  private let running = Mutex<(state: State, thread: SystemThread?)?>(nil)
  private let stackBytes: Int

  /// None yet; its threads get stacks of so many bytes.
  package init(stackBytes: Int) { self.stackBytes = stackBytes }

  /// Whether work was begun whose outcome nobody has taken.
  package var isBusy: Bool { running.withLock { $0 != nil } }

  /// Begins; the outcome of what was begun before must have been taken.
  ///
  /// Where the system gives no thread the work is done at once, and why is returned: its number of
  /// the error; nil where all is well.
  package func begin(_ work: @escaping @Sendable () -> Outcome) -> Int32? {
    precondition(!isBusy, "work in the background that nobody has waited for")
    let state = State()
    let whole: @Sendable () -> Void = {
      let outcome = work()
      state.outcome.withLock { $0 = outcome }
      state.isDone.store(true, ordering: .releasing)
    }
    do {
      let thread = try SystemThread(stackBytes: stackBytes, whole)
      running.withLock { $0 = (state, thread) }
      return nil
    } catch {
      whole()
      running.withLock { $0 = (state, nil) }
      return error.code
    }
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
