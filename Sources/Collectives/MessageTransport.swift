/// What carries bytes between ranks: all that `MessageCommunicator` needs to know about MPI or
/// threads.
///
/// Messages from one rank to another with the same tag arrive in the order in which they were
/// posted.
public protocol MessageTransport: AnyObject {
  /// This rank, from 0.
  var rank: Int { get }
  /// The number of ranks.
  var size: Int { get }
  /// The host name of every rank.
  var hosts: [String] { get }

  /// An empty batch with room for `capacity` messages, made beforehand; a fuller one allocates.
  func makeBatch(capacity: Int) -> any MessageBatch

  /// Ends the job on every rank with exit code `code`.
  func abort(_ code: Int32) -> Never
}
