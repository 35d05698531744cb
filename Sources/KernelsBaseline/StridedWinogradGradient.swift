import CKernels

/// One dimension of A·y over the odd half: four values to five frequencies, the transpose of the
/// output transform.
@inline(__always)
private func frequencies(_ y: Four) -> Five {
  let p = y.0 + y.2
  let q = y.1 + y.3
  return (y.0, p + q, p - q, (y.0 + 0.25 * y.2) + (0.5 * y.1 + 0.125 * y.3), y.3)
}

/// What the gradients of the weights need of dy: the 81 frequencies of some rows of tiles of one
/// image.
///
/// `scratch` holds 576 floats.
func stridedWinogradGradient(
  _ tiles: ImageTiles,
  _ dy: UnsafePointer<Float>,
  _ out: UnsafeMutablePointer<Float>,
  _ scratch: UnsafeMutablePointer<Float>
) {
  let (channels, stride, pitch) = (tiles.channels, tiles.stride, tiles.width &* tiles.channels)
  @inline(__always)
  func transform(_ at: Int, _ tile: Int, _ c: Int, _ rows: Int, _ columns: Int, _ count: Int) {
    let places = StridedTile(tile, c, channels, stride)
    for i in 0..<4 {
      let y = loadPixels(dy + at, pitch, channels, i, rows, columns, count)
      let f = frequencies(y)
      store(out + places.evenRow(i), channels, y, count)
      let (mixed, next) = places.mixedRow(i)
      store(out + mixed, next, f, count)
      store(scratch + i &* 144, 16, y)
      store(scratch + i &* 144 + 64, 16, f)
    }
    for j in 0..<9 {
      let (first, next) = places.column(j)
      store(out + first, next, frequencies(loadFour(scratch + j &* 16, 144)), count)
    }
  }
  forEachTile(tiles, transform)
}
