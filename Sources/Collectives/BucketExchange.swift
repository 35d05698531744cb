import Tensors

/// The bucket traffic of a step: partial sums to the owners of the slices, slices back to
/// everybody.
///
/// Made once by `Communicator.exchange` and used step after step; no call allocates. Several
/// buckets may be under way at once. Every rank calls start and finish for the same buckets in the
/// same order, and finishes a bucket before it starts it again. Each operation throws `Failure`
/// (.launch) when a rank is lost.
public protocol BucketExchange: AnyObject {
  /// Sends this rank's partials of a bucket straight to the owners of its slices.
  ///
  /// Lanes from `present` on had no samples. The bucket's range of `gradients` must not change
  /// until `finishReduce`.
  func startReduce(_ bucket: Int, present: Int) throws

  /// Moves pending messages along; cheap, called between operations.
  func progress() throws

  /// Returns when this rank's slice of `gradients[0]` holds the canonical sum over all present
  /// lanes, and its sends are over.
  func finishReduce(_ bucket: Int) throws

  /// Sends this rank's slice of `buffer` (a whole-layout buffer) to every rank.
  func startGather(_ bucket: Int, of buffer: FloatBuffer) throws

  /// Returns when all slices of the bucket have arrived in the buffer given to `startGather`.
  func finishGather(_ bucket: Int) throws
}
