import CKernels

/// Calls `each` for the tiles of 4×4 pixels of an image, sixteen channels at a time.
///
/// It gets where the first of these channels lies in the image, the tile's number, the first
/// channel, and how many rows, columns and channels exist: constants for whole tiles, so that loops
/// over them are unrolled.
@inline(__always)
func forEachTile(
  _ t: ImageTiles,
  _ each: (
    _ at: Int, _ tile: Int, _ c: Int, _ rows: Int, _ columns: Int, _ count: Int
  ) -> Void
) {
  let (height, width, channels) = (t.height, t.width, t.channels)
  let tileColumns = t.columns
  var tile = t.number
  for row in t.first..<t.end {
    for column in 0..<tileColumns {
      let rows = min(4, height &- row &* 4)
      let columns = min(4, width &- column &* 4)
      let at = (row &* 4 &* width &+ column &* 4) &* channels
      var c = 0
      while c &+ 16 <= channels {
        if rows == 4 && columns == 4 {
          each(at &+ c, tile, c, 4, 4, 16)
        } else {
          each(at &+ c, tile, c, rows, columns, 16)
        }
        c &+= 16
      }
      if c < channels { each(at &+ c, tile, c, rows, columns, channels &- c) }
      tile &+= 1
    }
  }
}

/// Four pixels of row `i` of a tile at `p`, of which `rows` × `columns` exist; zeros for the
/// others.
@inline(__always)
func loadPixels(
  _ p: UnsafePointer<Float>,
  _ pitch: Int,
  _ channels: Int,
  _ i: Int,
  _ rows: Int,
  _ columns: Int,
  _ count: Int
) -> Four {
  @inline(__always)
  func pixel(_ j: Int) -> Vector {
    i < rows && j < columns ? load(p + i &* pitch + j &* channels, count) : Vector.zero
  }
  return (pixel(0), pixel(1), pixel(2), pixel(3))
}

/// Writes or adds the pixels of a column of a tile at `p`, of which the first `rows` exist.
@inline(__always)
func storePixels(
  _ p: UnsafeMutablePointer<Float>,
  _ pitch: Int,
  _ v: Four,
  _ rows: Int,
  _ accumulate: Bool,
  _ count: Int
) {
  @inline(__always)
  func put(_ i: Int, _ value: Vector) {
    if i >= rows { return }
    let to = p + i &* pitch
    store(to, accumulate ? load(to, count) + value : value, count)
  }
  put(0, v.0)
  put(1, v.1)
  put(2, v.2)
  put(3, v.3)
}
