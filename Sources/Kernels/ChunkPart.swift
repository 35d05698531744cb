/// Where some images of a chunk stand in it: a chunk may be taken in several parts, one after the
/// other.
public struct ChunkPart: Hashable, Sendable {
  /// Whether they are the first.
  let begins: Bool
  /// Whether they are the last.
  public let ends: Bool

  /// The part `samples` of the chunk that spans `chunk`.
  public init(_ samples: Range<Int>, of chunk: Range<Int>) {
    begins = samples.lowerBound == chunk.lowerBound
    ends = samples.upperBound == chunk.upperBound
  }
}
