import Synchronization
import Tensors

/// What the threads of a `ThreadWorld` share: a mailbox each, whatever parts they are in, the
/// numbers of the parts' transports, and the first error.
final class PostOffice: Sendable {
  /// What all threads of a new part know alike.
  struct Split: Hashable {
    /// The number of the transport that is split.
    let context: Int
    /// How often that has been split before.
    let earlier: Int
    /// The part's first thread.
    let first: Int
  }

  let mailboxes: [Mailbox]
  /// The number of each part's transport; 0 is the whole world's.
  private let contexts = Mutex<[Split: Int]>([:])
  private let closed = Atomic(false)
  private let first = Mutex<(error: any Error, sentence: String)?>(nil)

  init(ranks: Int) {
    mailboxes = (0..<ranks).map { _ in Mailbox() }
  }

  /// The number of a part's transport, the same for all its threads.
  func context(of split: Split) -> Int {
    contexts.withLock {
      let number = $0[split] ?? $0.count + 1
      $0[split] = number
      return number
    }
  }

  /// Whether some rank has failed, so that nobody should wait any more.
  var isClosed: Bool { closed.load(ordering: .acquiring) }

  /// The error that closed the office.
  var error: (any Error)? { first.withLock { $0?.error } }

  /// What a rank throws that was waiting when another one failed.
  var failure: Failure {
    Failure(.launch, first.withLock { $0?.sentence } ?? "A rank was lost.")
  }

  /// Records the error of a rank, unless there was one before, and wakes everybody.
  func close(_ error: any Error, rank: Int) {
    first.withLock {
      if $0 == nil { $0 = (error, "Rank \(rank) was lost: \(error)") }
    }
    closed.store(true, ordering: .releasing)
    for mailbox in mailboxes {
      // The lock makes sure that nobody is between looking at `closed` and falling asleep.
      mailbox.withLock {}
      mailbox.wake()
    }
  }
}
