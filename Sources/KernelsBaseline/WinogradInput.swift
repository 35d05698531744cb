import CKernels

// Winograd's F(4×4, 3×3) with the points 0, ±1, ½, −2 and ∞ (Lavin & Gray 2015; the points are
// ours: two to three times less error than with ±2). Every transform takes vectors of sixteen
// channels; `count` below is less only for the last ones.

/// One dimension of Bᵀd: six values to six frequencies.
@inline(__always)
private func frequencies(_ d: Six) -> Six {
  let p = d.4 - d.2
  let q = d.3 - d.1
  let even = p + 1.5 * d.3
  let odd = q + 1.5 * d.2
  return (
    (d.0 - d.2) + (p + 1.5 * q), even + odd, even - odd, p + 2 * q, p - 0.5 * q,
    (d.5 - d.3) + (1.5 * p - q)
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
    store(scratch + i &* 96, 16, frequencies(loadSix(tile + i &* pitch, step)))
  }
  for j in 0..<6 {
    store(out + j &* stride, 6 &* stride, frequencies(loadSix(scratch + j &* 16, 96)), count)
  }
}

/// Copies `n` values, whole pixels of `channels` channels, as a view shows them.
@inline(__always)
private func copyView(
  _ n: Int,
  _ channels: Int,
  _ from: UnsafePointer<Float>,
  _ to: UnsafeMutablePointer<Float>,
  _ view: ChannelView
) {
  let (kind, scale, shift) = (view.kind, view.scale, view.shift)
  var i = 0
  if kind < 2 {
    while i &+ 16 <= n {
      let v = load(from + i)
      store(to + i, kind == 0 ? v : rectified(v))
      i &+= 16
    }
    if i < n {
      let v = load(from + i, n &- i)
      store(to + i, kind == 0 ? v : rectified(v), n &- i)
    }
    return
  }
  // Nothing is below −∞, and NaN is below nothing.
  let low: Float = kind == 3 ? 0 : -.infinity
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

/// Copies `rows` rows of an image from row `y` on to a strip as wide as the tiles, as a view shows
/// them, with zeros for what lies outside.
@inline(__always)
private func fillStrip(
  _ t: ImageTiles,
  _ y: Int,
  _ rows: Int,
  _ image: UnsafePointer<Float>,
  _ strip: UnsafeMutablePointer<Float>,
  _ view: ChannelView
) {
  let (height, width, channels, padding) = (t.height, t.width, t.channels, t.before)
  let columns = 4 &* t.columns &+ 2
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
    copyView(n, channels, image + (y &+ row) &* width &* channels, to + margin, view)
    for i in margin &+ n..<pitch { to[i] = 0 }
  }
}

/// Bᵀ d B of some rows of tiles of one image: 36 frequencies a tile, row by row.
///
/// `scratch` holds 592 floats and six rows of pixels, the width rounded up to whole tiles and two
/// more: the image goes through it in order, so that memory streams.
func winogradInput(
  _ tiles: ImageTiles,
  _ image: UnsafePointer<Float>,
  _ view: ChannelView,
  _ out: UnsafeMutablePointer<Float>,
  _ scratch: UnsafeMutablePointer<Float>
) {
  let (channels, columns, stride) = (tiles.channels, tiles.columns, tiles.stride)
  let (first, before) = (tiles.first, tiles.before)
  let pitch = (4 &* columns &+ 2) &* channels
  let strip = scratch + 576
  var to = out + tiles.number &* channels
  for row in first..<tiles.end {
    // The last two rows of a strip are the first of the next.
    let kept = row == first ? 0 : 2
    for i in 0..<kept &* pitch { strip[i] = strip[4 &* pitch &+ i] }
    let y = row &* 4 &- before &+ kept
    fillStrip(tiles, y, 6 &- kept, image, strip + kept &* pitch, view)
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
