import Tensors

/// The contract between ranks.
///
/// Every rank calls the same collective operations in the same order, from one thread. Bytes move
/// unchanged; what is added is added in the canonical tree, so results do not depend on the number
/// of ranks. Implementations: `SoloCommunicator`, `ThreadWorld`, MPI. Its executable form is
/// `checkCommunicator` in TestSupport, which all of them pass. Every operation that may throw
/// throws `Failure` (.launch) when a rank is lost, and nothing else unless it says so.
public protocol Communicator: AnyObject {
  /// This rank, from 0.
  var rank: Int { get }
  /// The number of ranks, R.
  var size: Int { get }
  /// The host name of every rank.
  var hosts: [String] { get }
  /// What this rank has sent so far through this communicator.
  var traffic: Traffic { get }

  /// A communicator between the ranks that give the same `color`: this one's part.
  ///
  /// Every rank calls it. A part numbers its ranks by `key`, equal keys as they were numbered here.
  /// It is a whole communicator with memory of its own, and its messages meet neither those of
  /// other parts nor those of this communicator, which stays in use. `abort` still ends the job,
  /// and so does a rank that is lost. A rank that no part needs gives a color of its own.
  func split(color: Int, key: Int) throws -> any Communicator

  /// Memory for gradients or parameters, zeroed, which ranks of one host may share.
  ///
  /// Throws `Failure` (.launch) when there is none to share.
  func allocate(floats: Int) throws -> FloatBuffer

  /// Returns when every rank has called it.
  func barrier() throws

  /// Copies `bytes` of rank `root` to every rank.
  func broadcast(_ bytes: UnsafeMutableRawBufferPointer, root: Int) throws

  /// In place: on return every rank has all blocks, rank q's at `offsets[q] ..< offsets[q + 1]`.
  ///
  /// Blocks follow one another in rank order and may be empty; `offsets` has R + 1 entries, the
  /// same on every rank.
  func allGather(_ bytes: UnsafeMutableRawBufferPointer, offsets: [Int]) throws

  /// The bucket traffic of a step over these buffers.
  ///
  /// `gradients` has one whole-layout buffer for each of this rank's partials, made by `allocate`.
  func exchange(_ plan: ReductionPlan, gradients: [FloatBuffer]) throws -> any BucketExchange

  /// Ends the whole job, ranks outside a part too, with exit code `code`.
  func abort(_ code: Int32) -> Never
}

extension Communicator {
  /// Every rank's values, in rank order; all ranks give equally many.
  ///
  /// For start-up and rare events: it allocates. Throws `Failure` (.launch) when a rank is lost.
  public func allGather<T: BitwiseCopyable>(_ values: [T]) throws -> [[T]] {
    var all = Array(repeating: values, count: size)
    var flat = all.flatMap { $0 }
    let stride = MemoryLayout<T>.stride * values.count
    try flat.withUnsafeMutableBytes {
      try allGather($0, offsets: (0...size).map { $0 * stride })
    }
    for q in 0..<size {
      all[q] = Array(flat[q * values.count..<(q + 1) * values.count])
    }
    return all
  }

  /// Every rank's text, in rank order.
  ///
  /// For start-up and errors: it allocates. Throws `Failure` (.launch) when a rank is lost.
  public func allGather(_ text: String) throws -> [String] {
    let lengths = try allGather([text.utf8.count]).map { $0[0] }
    let offsets = lengths.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
    var bytes = [UInt8](repeating: 0, count: offsets[size])
    bytes.replaceSubrange(offsets[rank]..<offsets[rank + 1], with: Array(text.utf8))
    try bytes.withUnsafeMutableBytes { try allGather($0, offsets: offsets) }
    return (0..<size).map { String(decoding: bytes[offsets[$0]..<offsets[$0 + 1]], as: UTF8.self) }
  }
}
