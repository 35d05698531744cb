import Tensors

/// A run of elements of one tensor in one array: what a checkpoint holds and a rank of another
/// world takes up.
///
/// It is a view: its values are those of a buffer, which it keeps alive and whose changes it shows,
/// or of a file, which are read when they are asked for.
public struct StatePiece: Sendable {
  private enum Place: Sendable {
    case buffer(FloatBuffer, from: Int)
    case file(FileReader, at: Int)
  }

  /// The array: "parameter", "first_moment".
  public let array: String
  /// The tensor: "conv1.weight".
  public let tensor: String
  /// The elements in memory order, counted from the tensor's first.
  public let elements: Range<Int>

  private let place: Place

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
    place = .buffer(buffer, from: start)
  }

  /// A piece whose values lie in `file` from its byte `start` on.
  init(_ piece: StateFile.Piece, in file: FileReader, at start: Int) {
    (array, tensor, elements) = (piece.array, piece.tensor, piece.elements)
    place = .file(file, at: start)
  }

  /// Calls `body` with the values, one for each element; the pointer is valid inside it only.
  ///
  /// Throws what `body` throws, and for a piece of a file what `FileReader` throws.
  public func withValues<T>(_ body: (UnsafeBufferPointer<Float>) throws -> T) throws -> T {
    switch place {
    case .buffer(let buffer, let start):
      return try withExtendedLifetime(buffer) {
        try body(UnsafeBufferPointer(start: buffer.base + start, count: elements.count))
      }
    case .file:
      let buffer = FloatBuffer(count: elements.count)
      try copy(elements, to: buffer.base)
      return try withExtendedLifetime(buffer) { try body(UnsafeBufferPointer(buffer.elements)) }
    }
  }

  /// Copies the values of `some` of its elements to where `destination` points, and reads no others
  /// of a file.
  ///
  /// Throws `Failure` as `FileReader` does, for a piece of a file.
  func copy(_ some: Range<Int>, to destination: UnsafeMutablePointer<Float>) throws(Failure) {
    let first = some.lowerBound - elements.lowerBound
    switch place {
    case .buffer(let buffer, let start):
      withExtendedLifetime(buffer) {
        destination.update(from: buffer.base + start + first, count: some.count)
      }
    case .file(let file, let start):
      try file.read(
        into: UnsafeMutableRawBufferPointer(
          UnsafeMutableBufferPointer(start: destination, count: some.count)
        ),
        at: start + first * MemoryLayout<Float>.stride
      )
    }
  }
}
