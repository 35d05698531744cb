/// One dimension of Aᵀm: six frequencies to four values.
@inline(__always)
private func values(
  _ m0: Vector,
  _ m1: Vector,
  _ m2: Vector,
  _ m3: Vector,
  _ m4: Vector,
  _ m5: Vector
) -> (Vector, Vector, Vector, Vector) {
  let a = m1 + m2
  let b = m1 - m2
  return (
    (m0 + a) + (m3 + m4), b + (0.5 * m3 - 2 * m4), a + (0.25 * m3 + 4 * m4),
    (b + m5) + (0.125 * m3 - 8 * m4)
  )
}

/// Aᵀ m A of one tile, written to the pixels of it that exist.
@inline(__always)
private func transformTile(
  _ rows: Int,
  _ columns: Int,
  _ pitch: Int,
  _ channels: Int,
  _ m: UnsafePointer<Float>,
  _ stride: Int,
  _ out: UnsafeMutablePointer<Float>,
  _ accumulate: Int,
  _ count: Int,
  _ scratch: UnsafeMutablePointer<Float>
) {
  for i in 0..<6 {
    let q = m + i &* 6 &* stride
    let v = values(
      load(q, count),
      load(q + stride, count),
      load(q + 2 &* stride, count),
      load(q + 3 &* stride, count),
      load(q + 4 &* stride, count),
      load(q + 5 &* stride, count)
    )
    let s = scratch + i &* 64
    store(s, v.0)
    store(s + 16, v.1)
    store(s + 32, v.2)
    store(s + 48, v.3)
  }
  for j in 0..<columns {
    let s = scratch + j &* 16
    let v = values(
      load(s),
      load(s + 64),
      load(s + 128),
      load(s + 192),
      load(s + 256),
      load(s + 320)
    )
    let o = out + j &* channels
    @inline(__always)
    func put(_ i: Int, _ value: Vector) {
      if i >= rows { return }
      let p = o + i &* pitch
      store(p, accumulate == 0 ? value : load(p, count) + value, count)
    }
    put(0, v.0)
    put(1, v.1)
    put(2, v.2)
    put(3, v.3)
  }
}

/// Aᵀ m A: the tiles in rows `first` ..< `end` of tiles of one output image of `height` × `width` pixels.
///
/// `m` is [36 frequencies, `stride` floats apart][tile][channel]; added to the image when `accumulate` is 1. `scratch` holds 384 floats.
public func winogradOutput(
  _ height: Int,
  _ width: Int,
  _ channels: Int,
  _ first: Int,
  _ end: Int,
  _ m: UnsafePointer<Float>,
  _ stride: Int,
  _ image: UnsafeMutablePointer<Float>,
  _ accumulate: Int,
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
        let (from, to) = (m + tile &* channels + c, image + at + c)
        if rows == 4 && columns == 4 {
          transformTile(4, 4, pitch, channels, from, stride, to, accumulate, 16, scratch)
        } else {
          transformTile(
            rows,
            columns,
            pitch,
            channels,
            from,
            stride,
            to,
            accumulate,
            16,
            scratch
          )
        }
        c &+= 16
      }
      if c < channels {
        transformTile(
          rows,
          columns,
          pitch,
          channels,
          m + tile &* channels + c,
          stride,
          image + at + c,
          accumulate,
          channels &- c,
          scratch
        )
      }
      tile &+= 1
    }
  }
}
