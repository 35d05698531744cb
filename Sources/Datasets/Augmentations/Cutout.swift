import Tensors

/// A square of a training sample that is set to 0, the mean colour (DeVries and Taylor 2017): its
/// centre is any pixel, what hangs over is cut off.
///
/// The square reaches from size / 2 before the centre to size − size / 2 behind it: for an even
/// size as in the authors' code, whose odd ones are a pixel smaller. The row of the centre is drawn
/// first, then the column.
public struct Cutout: Augmentation {
  /// Height and width of the square in pixels.
  private let size: Int

  /// Squares of `size` × `size` pixels, at least one.
  public init(size: Int) {
    precondition(size > 0, "a square of \(size) pixels")
    self.size = size
  }

  /// Clears the square.
  public func change(
    _ values: UnsafeMutablePointer<Float>,
    _ shape: ImageShape,
    _ draws: SampleDraws
  ) {
    var draws = draws.stream(.cutout)
    let rows = reach(draws.integer(below: shape.height), shape.height)
    let columns = reach(draws.integer(below: shape.width), shape.width)
    for row in rows {
      let first = values + (row * shape.width + columns.lowerBound) * shape.channels
      first.update(repeating: 0, count: columns.count * shape.channels)
    }
  }

  /// The rows or columns of the square about a centre, of `count`.
  private func reach(_ centre: Int, _ count: Int) -> Range<Int> {
    let start = centre - size / 2
    return max(0, start)..<min(count, start + size)
  }
}
