import CKernels

/// One dimension of A·y: four values to six frequencies, the transpose of the output transform.
@inline(__always)
private func frequencies(_ y: Four) -> Six {
  let even = y.0 + y.2
  let odd = y.1 + y.3
  return (
    y.0, even + odd, even - odd, (y.0 + 0.25 * y.2) + (0.5 * y.1 + 0.125 * y.3),
    (y.0 + 4 * y.2) - (2 * y.1 + 8 * y.3), y.3
  )
}

/// A dy Aᵀ of some rows of tiles of one image: 36 frequencies a tile, row by row.
///
/// `scratch` holds 384 floats.
func winogradGradient(
  _ tiles: ImageTiles,
  _ dy: UnsafePointer<Float>,
  _ out: UnsafeMutablePointer<Float>,
  _ scratch: UnsafeMutablePointer<Float>
) {
  let (channels, stride, pitch) = (tiles.channels, tiles.stride, tiles.width &* tiles.channels)
  @inline(__always)
  func transform(_ at: Int, _ tile: Int, _ c: Int, _ rows: Int, _ columns: Int, _ count: Int) {
    for i in 0..<4 {
      let y = loadPixels(dy + at, pitch, channels, i, rows, columns, count)
      store(scratch + i &* 96, 16, frequencies(y))
    }
    let to = out + tile &* channels + c
    for j in 0..<6 {
      let f = frequencies(loadFour(scratch + j &* 16, 96))
      store(to + j &* stride, 6 &* stride, f, count)
    }
  }
  forEachTile(tiles, transform)
}
