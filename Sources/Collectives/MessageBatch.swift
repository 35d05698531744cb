/// Messages that are posted one by one and waited for together, step after step, without
/// allocation.
///
/// Memory given to `send` must not change, and memory given to `receive` not be touched, until
/// `test` has said true or `wait` has returned; both leave the batch empty. A message under way
/// when its batch is released is lost.
public protocol MessageBatch: AnyObject {
  /// Posts a message to rank `peer`, possibly of no bytes.
  ///
  /// Throws `Failure` (.launch) when the transport refuses it.
  func send(_ bytes: UnsafeRawBufferPointer, to peer: Int, tag: Int) throws

  /// Posts the receipt of a message of exactly `bytes.count` bytes from rank `peer`.
  ///
  /// Throws `Failure` (.launch) when the transport refuses it.
  func receive(_ bytes: UnsafeMutableRawBufferPointer, from peer: Int, tag: Int) throws

  /// Moves messages along, those of other batches too, and says whether all of this batch are over.
  ///
  /// Throws `Failure` (.launch) when a rank is lost.
  func test() throws -> Bool

  /// Returns when all messages are over.
  ///
  /// Throws `Failure` (.launch) when a rank is lost.
  func wait() throws
}
