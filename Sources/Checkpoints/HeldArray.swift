import Tensors

/// What a rank holds of a named array over the elements of a layout: parameters, a moment, an
/// average.
public struct HeldArray: Sendable {
  /// The tensors' elements of the layout, running statistics included.
  public static let parameters = "parameter"
  /// The moving averages of the same.
  public static let average = "average"

  /// Its name in a checkpoint.
  public let name: String

  private let buffer: FloatBuffer
  private let ranges: [Range<Int>]
  private let places: [Int]

  /// An array of which `buffer` holds the elements `ranges` of the layout.
  ///
  /// `places` says where in the buffer each range starts; without, the buffer is laid out as the
  /// layout is.
  public init(_ name: String, _ buffer: FloatBuffer, _ ranges: [Range<Int>], places: [Int]? = nil) {
    (self.name, self.buffer, self.ranges) = (name, buffer, ranges)
    self.places = places ?? ranges.map(\.lowerBound)
    precondition(self.places.count == ranges.count, "a place for each range")
  }

  /// What it holds of each tensor, as views of its buffer; gaps of the layout are left out.
  public func pieces(_ layout: ParameterLayout) -> [StatePiece] {
    parts(layout).map { StatePiece(name, $0.tensor, $0.elements, in: buffer, from: $0.place) }
  }

  /// Takes up what it holds of each tensor from the pieces of all ranks of a world of any size.
  ///
  /// Returns how many of its elements none of them has; those stay as they are. Throws `Failure` for
  /// pieces of a file that cannot be read.
  public func restore(
    _ pieces: StatePieces,
    _ layout: ParameterLayout
  ) throws(Failure) -> Int {
    var missing = 0
    for (tensor, elements, place) in parts(layout) {
      var end = elements.lowerBound
      for piece in pieces.of(name, tensor) where piece.elements.overlaps(elements) {
        let common = piece.elements.clamped(to: elements)
        let start = place + common.lowerBound - elements.lowerBound
        try piece.copy(common, to: buffer.base + start)
        missing += max(0, common.lowerBound - end)
        end = max(end, common.upperBound)
      }
      missing += elements.upperBound - end
    }
    return missing
  }

  /// The elements of each tensor that it holds, counted from the tensor's first, and where they
  /// start in the buffer.
  private func parts(_ layout: ParameterLayout) -> [(
    tensor: String, elements: Range<Int>, place: Int
  )] {
    layout.entries.flatMap { entry in
      zip(ranges, places).compactMap { range, place in
        let own = entry.range.clamped(to: range)
        guard !own.isEmpty else { return nil }
        let first = own.lowerBound - entry.range.lowerBound
        return (entry.name, first..<first + own.count, place + own.lowerBound - range.lowerBound)
      }
    }
  }
}
