import CKernels

/// One dimension of Aᵀm: six frequencies to four values.
@inline(__always)
private func values(_ m: Six) -> Four {
  let a = m.1 + m.2
  let b = m.1 - m.2
  return (
    (m.0 + a) + (m.3 + m.4), b + (0.5 * m.3 - 2 * m.4), a + (0.25 * m.3 + 4 * m.4),
    (b + m.5) + (0.125 * m.3 - 8 * m.4)
  )
}

/// Aᵀ m A: some rows of tiles of one output image, written or added to it.
///
/// A tile's 36 products are row by row. `scratch` holds 384 floats.
func winogradOutput(
  _ tiles: ImageTiles,
  _ products: UnsafePointer<Float>,
  _ image: UnsafeMutablePointer<Float>,
  _ accumulate: Bool,
  _ scratch: UnsafeMutablePointer<Float>
) {
  let (channels, stride, pitch) = (tiles.channels, tiles.stride, tiles.width &* tiles.channels)
  @inline(__always)
  func transform(_ at: Int, _ tile: Int, _ c: Int, _ rows: Int, _ columns: Int, _ count: Int) {
    let m = products + tile &* channels + c
    for i in 0..<6 {
      let v = values(loadSix(m + i &* 6 &* stride, stride, count))
      store(scratch + i &* 64, 16, v)
    }
    for j in 0..<columns {
      let v = values(loadSix(scratch + j &* 16, 64))
      storePixels(image + at + j &* channels, pitch, v, rows, accumulate, count)
    }
  }
  forEachTile(tiles, transform)
}
