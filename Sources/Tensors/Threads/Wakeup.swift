import CPlatform
import Synchronization

/// What a thread sleeps on until another wakes it, once and for all.
package final class Wakeup: @unchecked Sendable {
  // Outside any object, because futex needs its address.
  private let word = UnsafeMutablePointer<Atomic<UInt32>>.allocate(capacity: 1)

  /// Nobody has called.
  package init() { word.initialize(to: Atomic(0)) }

  deinit {
    word.deinitialize(count: 1)
    word.deallocate()
  }

  /// Whether somebody has called.
  package var isCalled: Bool { word.pointee.load(ordering: .acquiring) != 0 }

  /// Wakes all who sleep, now and from now on.
  package func call() {
    word.pointee.store(1, ordering: .releasing)
    platform_wake(word, .max)
  }

  /// Sleeps until the call; returns whether it came, within `nanoseconds` where they are given.
  ///
  /// It may return earlier without one.
  package func sleep(nanoseconds: Int? = nil) -> Bool {
    if isCalled { return true }
    if let nanoseconds {
      platform_wait_for(word, 0, Int64(nanoseconds))
    } else {
      platform_wait(word, 0)
    }
    return isCalled
  }
}
