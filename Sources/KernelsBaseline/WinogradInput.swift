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

/// Bᵀ d B of one 6×6 tile whose top left pixel is (y, x), zeros outside the image.
@inline(__always)
private func transformTile(
  _ height: Int,
  _ width: Int,
  _ channels: Int,
  _ image: UnsafePointer<Float>,
  _ y: Int,
  _ x: Int,
  _ out: UnsafeMutablePointer<Float>,
  _ stride: Int,
  _ count: Int,
  _ scratch: UnsafeMutablePointer<Float>,
  _ view: (Vector) -> Vector
) {
  let inside = y >= 0 && x >= 0 && y &+ 6 <= height && x &+ 6 <= width
  let origin = image + (y &* width + x) &* channels
  for i in 0..<6 {
    let row = origin + i &* width &* channels
    let f: (Vector, Vector, Vector, Vector, Vector, Vector)
    if inside {
      f = frequencies(
        view(load(row, count)),
        view(load(row + channels, count)),
        view(load(row + 2 &* channels, count)),
        view(load(row + 3 &* channels, count)),
        view(load(row + 4 &* channels, count)),
        view(load(row + 5 &* channels, count))
      )
    } else {
      let rowInside = y &+ i >= 0 && y &+ i < height
      @inline(__always)
      func pixel(_ j: Int) -> Vector {
        rowInside && x &+ j >= 0 && x &+ j < width
          ? view(load(row + j &* channels, count)) : Vector.zero
      }
      f = frequencies(pixel(0), pixel(1), pixel(2), pixel(3), pixel(4), pixel(5))
    }
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
    let step = 6 &* stride
    store(o, f.0, count)
    store(o + step, f.1, count)
    store(o + 2 &* step, f.2, count)
    store(o + 3 &* step, f.3, count)
    store(o + 4 &* step, f.4, count)
    store(o + 5 &* step, f.5, count)
  }
}

/// The tiles of rows `first` ..< `end` of tiles of one image, each pixel seen through `view`.
@inline(__always)
private func transform(
  _ height: Int,
  _ width: Int,
  _ channels: Int,
  _ padding: Int,
  _ first: Int,
  _ end: Int,
  _ image: UnsafePointer<Float>,
  _ out: UnsafeMutablePointer<Float>,
  _ stride: Int,
  _ scratch: UnsafeMutablePointer<Float>,
  _ view: (Int, Int, Vector) -> Vector
) {
  let columns = (width &+ 2 &* padding &+ 1) / 4
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
      var c = 0
      while c &+ 16 <= channels {
        transformTile(
          height,
          width,
          channels,
          image + c,
          y,
          x,
          out + tile &* channels + c,
          stride,
          16,
          scratch
        ) { view(c, 16, $0) }
        c &+= 16
      }
      if c < channels {
        let rest = channels &- c
        transformTile(
          height,
          width,
          channels,
          image + c,
          y,
          x,
          out + tile &* channels + c,
          stride,
          rest,
          scratch
        ) { view(c, rest, $0) }
      }
      tile &+= 1
    }
  }
}

/// Bᵀ d B of the tiles in rows `first` ..< `end` of tiles of one image.
///
/// `out` is [36 frequencies, `stride` floats apart][tile][channel]. The image is read as it is (`view` 0), as max(x, 0) (1), as
/// x·scale + shift (2), or as max(x·scale + shift, 0) (3); padding is zero in any case. `scratch` holds 576 floats.
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
  switch view {
  case 0:
    transform(height, width, channels, padding, first, end, image, out, stride, scratch) { $2 }
  case 1:
    transform(height, width, channels, padding, first, end, image, out, stride, scratch) {
      rectified($2)
    }
  case 2:
    transform(height, width, channels, padding, first, end, image, out, stride, scratch) {
      $2 * load(scale + $0, $1) + load(shift + $0, $1)
    }
  default:
    transform(height, width, channels, padding, first, end, image, out, stride, scratch) {
      rectified($2 * load(scale + $0, $1) + load(shift + $0, $1))
    }
  }
}
