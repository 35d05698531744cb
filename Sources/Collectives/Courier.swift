/// Cuts blocks into messages that a transport can carry, and counts them.
///
/// A block is the bytes that an operation sends from one rank to another. MPI counts bytes in an
/// Int32; a limit far below that keeps every message in reach of any transport.
final class Courier {
  /// Tags tell operations apart, so that a program whose ranks disagree stops instead of mixing
  /// bytes.
  enum Tag {
    static let barrier = 0
    static let broadcast = 1
    static let allGather = 2
    /// MPI promises tags up to 32767; what shares one is still told apart by its order.
    static func bucket(_ bucket: Int) -> Int { 3 + bucket % 32000 }
  }

  let transport: any MessageTransport
  /// The most bytes of a message.
  let limit: Int
  /// What has been sent so far.
  private(set) var traffic = Traffic()

  /// Messages of up to `limit` bytes.
  init(_ transport: any MessageTransport, limit: Int) {
    precondition(limit > 0 && limit < 1 << 30, "messages of \(limit) bytes")
    self.transport = transport
    self.limit = limit
  }

  /// The number of messages for a block; none for an empty one.
  func messages(_ bytes: Int) -> Int { (bytes + limit - 1) / limit }

  /// Posts the sending of a block.
  func send(
    _ bytes: UnsafeRawBufferPointer,
    to peer: Int,
    tag: Int,
    in batch: any MessageBatch
  ) throws {
    var start = 0
    while start < bytes.count {
      let end = min(start + limit, bytes.count)
      try batch.send(.init(rebasing: bytes[start..<end]), to: peer, tag: tag)
      traffic.messages += 1
      traffic.bytes += end - start
      start = end
    }
  }

  /// Posts the receipt of a block, whose size both sides know.
  func receive(
    _ bytes: UnsafeMutableRawBufferPointer,
    from peer: Int,
    tag: Int,
    in batch: any MessageBatch
  ) throws {
    var start = 0
    while start < bytes.count {
      let end = min(start + limit, bytes.count)
      try batch.receive(.init(rebasing: bytes[start..<end]), from: peer, tag: tag)
      traffic.largestReceived = max(traffic.largestReceived, end - start)
      start = end
    }
  }

  /// Posts a message of no bytes, which says only that this rank has come so far.
  func signal(to peer: Int, tag: Int, in batch: any MessageBatch) throws {
    try batch.send(.init(start: nil, count: 0), to: peer, tag: tag)
    traffic.messages += 1
  }

  /// Posts the receipt of a signal.
  func awaitSignal(from peer: Int, tag: Int, in batch: any MessageBatch) throws {
    try batch.receive(.init(start: nil, count: 0), from: peer, tag: tag)
  }
}
