// Winograd's F(4×4, 3×3) with the points 0, ±1, ½, −2 and ∞ (Lavin & Gray 2015; the points are ours: two to three times less error
// than with ±2). Every transform takes vectors of sixteen channels; `count` below is less only for the last ones.

/// One dimension of Bᵀd: six values to six frequencies.
@inline(__always)
private func frequencies(
  _ d0: Vector,
  _ d1: Vector,
  _ d2: Vector,
  _ d3: Vector,
  _ d4: Vector,
  _ d5: Vector
) -> (Vector, Vector, Vector, Vector, Vector, Vector) {
  let p = d4 - d2
  let q = d3 - d1
  let even = p + 1.5 * d3
  let odd = q + 1.5 * d2
  return (
    (d0 - d2) + (p + 1.5 * q), even + odd, even - odd, p + 2 * q, p - 0.5 * q,
    (d5 - d3) + (1.5 * p - q)
  )
}

/// Bᵀ d B of a 6×6 tile, whose rows and pixels are `pitch` and `step` floats apart.
@inline(__always)
private func transformTile(
  _ tile: UnsafePointer<Float>,
  _ pitch: Int,
  _ step: Int,
  _ out: UnsafeMutablePointer<Float>,
  _ stride: Int,
  _ count: Int,
  _ scratch: UnsafeMutablePointer<Float>
) {
  for i in 0..<6 {
    let row = tile + i &* pitch
    let f = frequencies(
      load(row),
      load(row + step),
      load(row + 2 &* step),
      load(row + 3 &* step),
      load(row + 4 &* step),
      load(row + 5 &* step)
    )
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
    let f = frequencies(
      load(s),
      load(s + 96),
      load(s + 192),
      load(s + 288),
      load(s + 384),
      load(s + 480)
    )
    let o = out + j &* stride
    let next = 6 &* stride
    store(o, f.0, count)
    store(o + next, f.1, count)
    store(o + 2 &* next, f.2, count)
    store(o + 3 &* next, f.3, count)
    store(o + 4 &* next, f.4, count)
    store(o + 5 &* next, f.5, count)
  }
}

/// Copies `n` values, whole pixels of `channels` channels, as a view shows them.
@inline(__always)
private func copyView(
  _ n: Int,
  _ channels: Int,
  _ from: UnsafePointer<Float>,
  _ to: UnsafeMutablePointer<Float>,
  _ view: Int,
  _ scale: UnsafePointer<Float>,
  _ shift: UnsafePointer<Float>
) {
  var i = 0
  if view < 2 {
    while i &+ 16 <= n {
      let v = load(from + i)
      store(to + i, view == 0 ? v : rectified(v))
      i &+= 16
    }
    if i < n {
      let v = load(from + i, n &- i)
      store(to + i, view == 0 ? v : rectified(v), n &- i)
    }
    return
  }
  // Nothing is below −∞, and NaN is below nothing.
  let low: Float = view == 3 ? 0 : -.infinity
  while i < n {
    var c = 0
    while c &+ 16 <= channels {
      let v = load(from + i + c) * load(scale + c) + load(shift + c)
      store(to + i + c, v.replacing(with: low, where: v .< low))
      c &+= 16
    }
    while c < channels {
      let v = from[i &+ c] * scale[c] + shift[c]
      to[i &+ c] = v < low ? low : v
      c &+= 1
    }
    i &+= channels
  }
}

/// Copies `rows` rows of an image from row `y` on to a strip `columns` pixels wide, as a view shows them, with zeros for what lies outside.
@inline(__always)
private func fillStrip(
  _ height: Int,
  _ width: Int,
  _ channels: Int,
  _ padding: Int,
  _ y: Int,
  _ rows: Int,
  _ columns: Int,
  _ image: UnsafePointer<Float>,
  _ strip: UnsafeMutablePointer<Float>,
  _ view: Int,
  _ scale: UnsafePointer<Float>,
  _ shift: UnsafePointer<Float>
) {
  let pitch = columns &* channels
  let margin = padding &* channels
  let n = min(width, columns &- padding) &* channels
  for row in 0..<rows {
    let to = strip + row &* pitch
    if y &+ row < 0 || y &+ row >= height {
      for i in 0..<pitch { to[i] = 0 }
      continue
    }
    for i in 0..<margin { to[i] = 0 }
    copyView(n, channels, image + (y &+ row) &* width &* channels, to + margin, view, scale, shift)
    for i in margin &+ n..<pitch { to[i] = 0 }
  }
}

/// Bᵀ d B of the tiles in rows `first` ..< `end` of tiles of one image.
///
/// `out` is [36 frequencies, `stride` floats apart][tile][channel]. The image is read as it is (`view` 0), as max(x, 0) (1), as
/// x·scale + shift (2), or as max(x·scale + shift, 0) (3); padding is zero in any case. `scratch` holds 592 floats and six rows of pixels, the
/// width rounded up to whole tiles and two more: the image goes through it in order, so that memory streams.
public func winogradInput(
  _ height: Int,
  _ width: Int,
  _ channels: Int,
  _ padding: Int,
  _ first: Int,
  _ end: Int,
  _ image: UnsafePointer<Float>,
  _ out: UnsafeMutablePointer<Float>,
  _ stride: Int,
  _ view: Int,
  _ scale: UnsafePointer<Float>,
  _ shift: UnsafePointer<Float>,
  _ scratch: UnsafeMutablePointer<Float>
) {
  let columns = (width &+ 2 &* padding &+ 1) / 4
  let wide = 4 &* columns &+ 2
  let pitch = wide &* channels
  let strip = scratch + 576
  var to = out
  for row in first..<end {
    // The last two rows of a strip are the first of the next.
    let kept = row == first ? 0 : 2
    for i in 0..<kept &* pitch { strip[i] = strip[4 &* pitch &+ i] }
    fillStrip(
      height,
      width,
      channels,
      padding,
      row &* 4 &- padding &+ kept,
      6 &- kept,
      wide,
      image,
      strip + kept &* pitch,
      view,
      scale,
      shift
    )
    for column in 0..<columns {
      let from = strip + column &* 4 &* channels
      var c = 0
      while c &+ 16 <= channels {
        transformTile(from + c, pitch, channels, to + c, stride, 16, scratch)
        c &+= 16
      }
      if c < channels {
        transformTile(from + c, pitch, channels, to + c, stride, channels &- c, scratch)
      }
      to += channels
    }
  }
}
