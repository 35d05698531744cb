import Tensors

/// A square of a training sample that is set to 0, the mean colour (DeVries and Taylor 2017): its centre is any pixel, what hangs over is cut off.
///
/// The square reaches from size / 2 before the centre to size − size / 2 behind it: for an even size as in the authors' code, whose odd ones
/// are a pixel smaller.
struct Cutout: Sendable {
  /// Height and width of the square; 0 leaves samples as they are.
  let size: Int
  private let seed: UInt64

  /// Squares of that size; `seed` is the run's.
  init(size: Int, seed: UInt64) {
    precondition(size >= 0, "a square of \(size) pixels")
    (self.size, self.seed) = (size, seed)
  }

  /// Clears the square of (index, epoch): the row of its centre is drawn first, then the column.
  func apply(
    _ index: Int,
    epoch: Int,
    _ shape: ImageShape,
    to sample: UnsafeMutablePointer<Float>
  ) {
    if size == 0 { return }
    var draws = RandomDraws(seed: seed, purpose: .cutout, sample: index, step: epoch)
    let rows = reach(draws.integer(below: shape.height), shape.height)
    let columns = reach(draws.integer(below: shape.width), shape.width)
    for row in rows {
      let first = sample + (row * shape.width + columns.lowerBound) * shape.channels
      first.update(repeating: 0, count: columns.count * shape.channels)
    }
  }

  /// The rows or columns of the square about a centre, of `count`.
  private func reach(_ centre: Int, _ count: Int) -> Range<Int> {
    let start = centre - size / 2
    return max(0, start)..<min(count, start + size)
  }
}
