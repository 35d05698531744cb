import Dispatch
import Foundation
import Synchronization

/// Runs `body` on a thread of its own and returns what it returns, or throws what it throws.
///
/// Throws a `ContractViolation` when it has not ended after so many seconds, and leaves it behind:
/// a thread that hangs cannot be ended.
public func within<T: Sendable>(
  seconds: Double,
  _ body: @escaping @Sendable () throws -> T
) throws -> T {
  let done = DispatchSemaphore(value: 0)
  let result = Outcome<T>()
  Thread.detachNewThread {
    let seen = Result { try body() }
    result.value.withLock { $0 = seen }
    done.signal()
  }
  guard done.wait(timeout: .now() + seconds) == .success, let seen = result.value.withLock({ $0 })
  else { throw ContractViolation("it hangs: it has not ended after \(seconds) s") }
  return try seen.get()
}

private final class Outcome<T: Sendable>: Sendable {
  let value = Mutex<Result<T, any Error>?>(nil)
}
