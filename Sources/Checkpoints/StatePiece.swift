import Tensors

/// A run of elements of one tensor in one array: what a checkpoint holds and a rank of another
/// world takes up.
///
/// It is a view: its values are those of a buffer, which it keeps alive and whose changes it shows.
/// Memory that a file is mapped to is such a buffer too.
public struct StatePiece: Sendable {
  /// The array: "parameter", "first_moment".
  public let array: String
  /// The tensor: "conv1.weight".
  public let tensor: String
  /// The elements in memory order, counted from the tensor's first.
  public let elements: Range<Int>

  private let buffer: FloatBuffer
  private let start: Int

  /// A piece whose values lie in `buffer` from its element `start` on; traps where it has too few.
  public init(
    _ array: String,
    _ tensor: String,
    _ elements: Range<Int>,
    in buffer: FloatBuffer,
    from start: Int = 0
  ) {
    precondition(
      start >= 0 && start + elements.count <= buffer.count,
      "\(elements.count) values from \(start) on do not lie in \(buffer.count)"
    )
    (self.array, self.tensor, self.elements) = (array, tensor, elements)
    (self.buffer, self.start) = (buffer, start)
  }

  /// Calls `body` with the values, one for each element; the pointer is valid inside it only.
  public func withValues<T>(_ body: (UnsafeBufferPointer<Float>) throws -> T) rethrows -> T {
    try withExtendedLifetime(buffer) {
      try body(UnsafeBufferPointer(start: buffer.base + start, count: elements.count))
    }
  }

  /// Copies the values of `some` of its elements to where `destination` points.
  func copy(_ some: Range<Int>, to destination: UnsafeMutablePointer<Float>) {
    withExtendedLifetime(buffer) {
      let first = buffer.base + start + some.lowerBound - elements.lowerBound
      destination.update(from: first, count: some.count)
    }
  }
}
