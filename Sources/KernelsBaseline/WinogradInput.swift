import CPlatform

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

/// Copies the tile at (y, x) as a view shows it to 36 vectors, zeros outside the image.
@inline(__always)
private func copyTile(
  _ height: Int,
  _ width: Int,
  _ channels: Int,
  _ image: UnsafePointer<Float>,
  _ y: Int,
  _ x: Int,
  _ copy: UnsafeMutablePointer<Float>,
  _ view: Int,
  _ scale: Vector,
  _ shift: Vector,
  _ count: Int
) {
  let low: Float = view & 1 == 1 ? 0 : -.infinity
  for i in 0..<6 {
    let row = image + ((y &+ i) &* width &+ x) &* channels
    let rowInside = y &+ i >= 0 && y &+ i < height
    for j in 0..<6 {
      let to = copy + (i &* 6 &+ j) &* 16
      guard rowInside && x &+ j >= 0 && x &+ j < width else {
        store(to, Vector.zero)
        continue
      }
      var v = load(row + j &* channels, count)
      if view >= 2 { v = v * scale + shift }
      // Nothing is below −∞, and NaN is below nothing.
      store(to, v.replacing(with: low, where: v .< low))
    }
  }
}

/// Bᵀ d B of the tiles in rows `first` ..< `end` of tiles of one image.
///
/// `out` is [36 frequencies, `stride` floats apart][tile][channel]. The image is read as it is (`view` 0), as max(x, 0) (1), as
/// x·scale + shift (2), or as max(x·scale + shift, 0) (3); padding is zero in any case. `scratch` holds 1152 floats.
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
  let copy = scratch + 576
  var tile = 0
  for row in first..<end {
    for column in 0..<columns {
      let (y, x) = (row &* 4 &- padding, column &* 4 &- padding)
      // What this column of the next row of tiles reads first: the memory beyond the cache streams in while this tile computes.
      for ahead in 0..<4 {
        let line = UnsafeRawPointer(image + ((y &+ 6 &+ ahead) &* width &+ x &+ 1) &* channels)
        var byte = 0
        while byte < 16 &* channels {
          platform_prefetch(line + byte)
          byte &+= 64
        }
      }
      let isWhole = view == 0 && y >= 0 && x >= 0 && y &+ 6 <= height && x &+ 6 <= width
      let origin = image + (y &* width &+ x) &* channels
      var c = 0
      while c < channels {
        let to = out + tile &* channels + c
        if isWhole && c &+ 16 <= channels {
          transformTile(origin + c, width &* channels, channels, to, stride, 16, scratch)
        } else if c &+ 16 <= channels {
          let (a, b) = view >= 2 ? (load(scale + c), load(shift + c)) : (Vector.zero, Vector.zero)
          copyTile(height, width, channels, image + c, y, x, copy, view, a, b, 16)
          transformTile(copy, 96, 16, to, stride, 16, scratch)
        } else {
          let rest = channels &- c
          let (a, b) =
            view >= 2
            ? (load(scale + c, rest), load(shift + c, rest)) : (Vector.zero, Vector.zero)
          copyTile(height, width, channels, image + c, y, x, copy, view, a, b, rest)
          transformTile(copy, 96, 16, to, stride, rest, scratch)
        }
        c &+= 16
      }
      tile &+= 1
    }
  }
}
