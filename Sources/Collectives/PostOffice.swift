import Synchronization
import Tensors

/// What the ranks of a `ThreadWorld` share: a mailbox each, and the first error.
final class PostOffice: Sendable {
  let mailboxes: [Mailbox]
  private let closed = Atomic(false)
  private let first = Mutex<(error: any Error, sentence: String)?>(nil)

  init(ranks: Int) {
    mailboxes = (0..<ranks).map { _ in Mailbox() }
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
