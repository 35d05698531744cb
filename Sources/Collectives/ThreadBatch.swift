/// A batch of messages between threads.
///
/// A letter is in a queue, or being copied by whoever found its counterpart, or over. Queues are
/// guarded by the receiver's mailbox, the count of letters that are not over by the owner's; no
/// thread holds two locks.
final class ThreadBatch: MessageBatch {
  private let part: ThreadPart
  private var letters: [UnsafeMutablePointer<Letter>] = []
  private var used = 0
  /// Outside this object, because the other side still counts down while this one may already be
  /// going away.
  private let pending = UnsafeMutablePointer<Int>.allocate(capacity: 1)

  private var office: PostOffice { part.office }
  private var home: Mailbox { office.mailboxes[part.thread] }

  init(_ part: ThreadPart, capacity: Int) {
    self.part = part
    pending.initialize(to: 0)
    for _ in 0..<capacity { addLetter() }
  }

  deinit {
    withdraw()
    for letter in letters { letter.deallocate() }
    pending.deallocate()
  }

  func send(_ bytes: UnsafeRawBufferPointer, to peer: Int, tag: Int) {
    let letter = write(.init(mutating: bytes), from: part.rank, to: peer, tag)
    let mailbox = office.mailboxes[letter.pointee.receiver]
    let receipt = mailbox.withLock {
      let receipt = mailbox.receipts.take { $0.pointee.answers(letter.pointee) }
      if receipt == nil { mailbox.sends.append(letter) }
      return receipt
    }
    if let receipt { deliver(letter, receipt) }
  }

  func receive(_ bytes: UnsafeMutableRawBufferPointer, from peer: Int, tag: Int) {
    let receipt = write(bytes, from: peer, to: part.rank, tag)
    let letter = home.withLock {
      let letter = home.sends.take { $0.pointee.answers(receipt.pointee) }
      if letter == nil { home.receipts.append(receipt) }
      return letter
    }
    if let letter { deliver(letter, receipt) }
  }

  func test() throws -> Bool {
    if home.withLock({ pending.pointee == 0 }) {
      used = 0
      return true
    }
    if office.isClosed { throw abandon() }
    return false
  }

  func wait() throws {
    let isOver = home.withLock {
      while pending.pointee > 0 && !office.isClosed { home.sleep() }
      return pending.pointee == 0
    }
    if !isOver { throw abandon() }
    used = 0
  }

  private func addLetter() {
    let letter = UnsafeMutablePointer<Letter>.allocate(capacity: 1)
    letter.initialize(
      to: Letter(
        context: part.context,
        owner: part.thread,
        pending: pending
      )
    )
    letters.append(letter)
  }

  private func write(
    _ bytes: UnsafeMutableRawBufferPointer,
    from sender: Int,
    to receiver: Int,
    _ tag: Int
  ) -> UnsafeMutablePointer<Letter> {
    if used == letters.count { addLetter() }
    let letter = letters[used]
    used += 1
    letter.pointee.bytes = bytes.baseAddress
    letter.pointee.count = bytes.count
    letter.pointee.sender = part.threads[sender]
    letter.pointee.receiver = part.threads[receiver]
    letter.pointee.tag = tag
    home.withLock { pending.pointee += 1 }
    return letter
  }

  /// Copies the bytes; neither letter is in a queue any more, so nobody else touches them.
  private func deliver(
    _ letter: UnsafeMutablePointer<Letter>,
    _ receipt: UnsafeMutablePointer<Letter>
  ) {
    let count = letter.pointee.count
    precondition(
      count == receipt.pointee.count,
      "rank \(letter.pointee.sender) sends \(count) bytes of tag \(letter.pointee.tag) to rank "
        + "\(letter.pointee.receiver), which expects \(receipt.pointee.count)"
    )
    if let source = letter.pointee.bytes, let target = receipt.pointee.bytes, count > 0 {
      target.copyMemory(from: source, byteCount: count)
    }
    conclude(letter)
    conclude(receipt)
  }

  /// Counts a letter as over; from then on its memory is its owner's again.
  private func conclude(_ letter: UnsafeMutablePointer<Letter>) {
    let mailbox = office.mailboxes[letter.pointee.owner]
    let pending = letter.pointee.pending
    mailbox.withLock {
      pending.pointee -= 1
      if pending.pointee == 0 { mailbox.wake() }
    }
  }

  private func abandon() -> any Error {
    withdraw()
    return office.failure
  }

  /// Takes back what nobody has taken up, and waits for what is being copied: then the memory is
  /// the caller's again.
  private func withdraw() {
    for letter in letters[..<used] {
      let mailbox = office.mailboxes[letter.pointee.receiver]
      let isMine = mailbox.withLock {
        mailbox.sends.take { $0 == letter } ?? mailbox.receipts.take { $0 == letter }
      }
      if isMine != nil { home.withLock { pending.pointee -= 1 } }
    }
    home.withLock {
      while pending.pointee > 0 { home.sleep() }
    }
    used = 0
  }
}
