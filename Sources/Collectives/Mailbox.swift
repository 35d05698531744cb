import Glibc

/// A message posted to a `Mailbox`; it belongs to the batch that made its memory.
struct Letter {
  /// The memory to copy from or to; nil when there are no bytes.
  var bytes: UnsafeMutableRawPointer?
  var count = 0
  /// The thread that sends.
  var sender = 0
  /// The thread that receives, in whose mailbox the letter waits.
  var receiver = 0
  /// The transport's number: letters of different transports never meet.
  let context: Int
  var tag = 0
  /// The thread whose batch this is, and that batch's letters under way, guarded by the thread's
  /// own mailbox.
  let owner: Int
  let pending: UnsafeMutablePointer<Int>
  /// The letter behind this one in its queue, guarded by the receiver's mailbox.
  var next: UnsafeMutablePointer<Letter>?

  /// Whether this is the send to the receipt `other`, or the receipt to the send, in one mailbox.
  func answers(_ other: Letter) -> Bool {
    sender == other.sender && tag == other.tag && context == other.context
  }
}

/// Letters in the order of posting, linked through themselves so that nothing is allocated.
struct LetterQueue {
  private var first: UnsafeMutablePointer<Letter>?
  private var last: UnsafeMutablePointer<Letter>?

  mutating func append(_ letter: UnsafeMutablePointer<Letter>) {
    letter.pointee.next = nil
    if let last { last.pointee.next = letter } else { first = letter }
    last = letter
  }

  /// Takes out the first letter for which `fits` holds.
  mutating func take(
    where fits: (UnsafeMutablePointer<Letter>) -> Bool
  ) -> UnsafeMutablePointer<Letter>? {
    var previous: UnsafeMutablePointer<Letter>?
    var current = first
    while let letter = current {
      if fits(letter) {
        let next = letter.pointee.next
        if let previous { previous.pointee.next = next } else { first = next }
        if next == nil { last = previous }
        return letter
      }
      previous = letter
      current = letter.pointee.next
    }
    return nil
  }
}

/// Where the letters to one thread wait for their receipt and its receipts wait for letters; the
/// thread sleeps here.
final class Mailbox: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  /// Sends to this thread without a receipt; guarded by the lock, like the next one.
  var sends = LetterQueue()
  /// Receipts of this thread without a send.
  var receipts = LetterQueue()

  init() {
    mutex.initialize(to: pthread_mutex_t())
    condition.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func withLock<T>(_ body: () -> T) -> T {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }

  /// Sleeps until `wake`, or less long; the caller has the lock.
  func sleep() { pthread_cond_wait(condition, mutex) }

  /// Wakes the thread that sleeps here; only its owner ever does.
  func wake() { pthread_cond_signal(condition) }
}
