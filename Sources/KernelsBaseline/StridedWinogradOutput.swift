import CKernels

/// Some rows of tiles of one output image from their products, written or added to it: the even
/// half and the odd one, added in both dimensions.
///
/// `scratch` holds 576 floats.
func stridedWinogradOutput(
  _ tiles: ImageTiles,
  _ products: UnsafePointer<Float>,
  _ image: UnsafeMutablePointer<Float>,
  _ accumulate: Bool,
  _ scratch: UnsafeMutablePointer<Float>
) {
  let (channels, stride, pitch) = (tiles.channels, tiles.stride, tiles.width &* tiles.channels)
  @inline(__always)
  func transform(_ at: Int, _ tile: Int, _ c: Int, _ rows: Int, _ columns: Int, _ count: Int) {
    let places = StridedTile(tile, c, channels, stride)
    for i in 0..<9 {
      // Rows 0 to 4 are the odd ones' frequencies, the others the four even ones.
      let isOdd = i < 5
      let plain = isOdd ? places.mixedOddRow(i) : places.evenRow(i &- 5)
      let (first, next) = isOdd ? places.oddRow(i) : places.mixedRow(i &- 5)
      let v = stridedValues(loadFive(products + first, next, count))
      let p = loadFour(products + plain, channels, count)
      store(scratch + i &* 64, 16, (v.0 + p.0, v.1 + p.1, v.2 + p.2, v.3 + p.3))
    }
    for j in 0..<columns {
      let s = scratch + j &* 16
      let (v, p) = (stridedValues(loadFive(s, 64)), loadFour(s + 320, 64))
      let sum = (v.0 + p.0, v.1 + p.1, v.2 + p.2, v.3 + p.3)
      storePixels(image + at + j &* channels, pitch, sum, rows, accumulate, count)
    }
  }
  forEachTile(tiles, transform)
}
