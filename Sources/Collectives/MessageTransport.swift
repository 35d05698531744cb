/// What carries bytes between ranks: all that `MessageCommunicator` needs to know about MPI or
/// threads.
///
/// Messages from one rank to another with the same tag arrive in the order in which they were
/// posted. Tags go from 0 to 32,002; a message is shorter than 2³⁰ bytes.
public protocol MessageTransport: AnyObject {
  /// This rank, from 0.
  var rank: Int { get }
  /// The number of ranks.
  var size: Int { get }
  /// The host name of every rank.
  var hosts: [String] { get }

  /// An empty batch with room for `capacity` messages, made beforehand; a fuller one allocates.
  func makeBatch(capacity: Int) -> any MessageBatch

  /// A transport between `members` alone: ranks of this one in the order of their new numbers, of
  /// which this rank's is `rank`.
  ///
  /// Every rank calls it, each with the part that it is in; no rank is in two. Messages of the two
  /// transports never meet. Throws `Failure` (.launch) when a rank is lost or the transport
  /// refuses.
  func split(_ members: [Int], as rank: Int) throws -> any MessageTransport

  /// Ends the whole job, ranks that this transport does not reach too, with exit code `code`.
  func abort(_ code: Int32) -> Never
}
