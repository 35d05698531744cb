/// One dimension of A·y: four values to six frequencies, the transpose of the output transform.
@inline(__always)
private func frequencies(_ y0: Vector, _ y1: Vector, _ y2: Vector, _ y3: Vector) -> (
  Vector, Vector, Vector, Vector, Vector, Vector
) {
  let even = y0 + y2
  let odd = y1 + y3
  return (
    y0, even + odd, even - odd, (y0 + 0.25 * y2) + (0.5 * y1 + 0.125 * y3),
    (y0 + 4 * y2) - (2 * y1 + 8 * y3), y3
  )
}

/// A dy Aᵀ of one 4×4 tile, of which `rows` × `columns` pixels exist.
@inline(__always)
private func transformTile(
  _ rows: Int,
  _ columns: Int,
  _ pitch: Int,
  _ channels: Int,
  _ dy: UnsafePointer<Float>,
  _ out: UnsafeMutablePointer<Float>,
  _ stride: Int,
  _ count: Int,
  _ scratch: UnsafeMutablePointer<Float>
) {
  for i in 0..<4 {
    @inline(__always)
    func pixel(_ j: Int) -> Vector {
      i < rows && j < columns ? load(dy + i &* pitch + j &* channels, count) : Vector.zero
    }
    let f = frequencies(pixel(0), pixel(1), pixel(2), pixel(3))
    let s = scratch + i &* 96
    store(s, f.0)
    store(s + 16, f.1)
    store(s + 32, f.2)
    store(s + 48, f.3)
    store(s + 64, f.4)
    store(s + 80, f.5)
  }
  for j in 0..<6 {
    let s = scratch + j &* 16
    let f = frequencies(load(s), load(s + 96), load(s + 192), load(s + 288))
    let o = out + j &* stride
    let step = 6 &* stride
    store(o, f.0, count)
    store(o + step, f.1, count)
    store(o + 2 &* step, f.2, count)
    store(o + 3 &* step, f.3, count)
    store(o + 4 &* step, f.4, count)
    store(o + 5 &* step, f.5, count)
  }
}

/// A dy Aᵀ of the tiles in rows `first` ..< `end` of tiles of one image of `height` × `width` pixels.
///
/// `out` is [36 frequencies, `stride` floats apart][tile][channel]. `scratch` holds 384 floats.
public func winogradGradient(
  _ height: Int,
  _ width: Int,
  _ channels: Int,
  _ first: Int,
  _ end: Int,
  _ dy: UnsafePointer<Float>,
  _ out: UnsafeMutablePointer<Float>,
  _ stride: Int,
  _ scratch: UnsafeMutablePointer<Float>
) {
  let pitch = width &* channels
  var tile = 0
  for row in first..<end {
    for column in 0..<(width &+ 3) / 4 {
      let rows = min(4, height &- row &* 4)
      let columns = min(4, width &- column &* 4)
      let at = row &* 4 &* pitch &+ column &* 4 &* channels
      var c = 0
      while c &+ 16 <= channels {
        let (from, to) = (dy + at + c, out + tile &* channels + c)
        if rows == 4 && columns == 4 {
          transformTile(4, 4, pitch, channels, from, to, stride, 16, scratch)
        } else {
          transformTile(rows, columns, pitch, channels, from, to, stride, 16, scratch)
        }
        c &+= 16
      }
      if c < channels {
        transformTile(
          rows,
          columns,
          pitch,
          channels,
          dy + at + c,
          out + tile &* channels + c,
          stride,
          channels &- c,
          scratch
        )
      }
      tile &+= 1
    }
  }
}
