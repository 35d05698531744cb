/// One dimension of Aᵀm over the odd half: five frequencies to four values.
@inline(__always)
private func values(_ m0: Vector, _ m1: Vector, _ m2: Vector, _ m3: Vector, _ m4: Vector) -> (
  Vector, Vector, Vector, Vector
) {
  let a = m1 + m2
  let b = m1 - m2
  return ((m0 + a) + m3, b + 0.5 * m3, a + 0.25 * m3, (b + m4) + 0.125 * m3)
}

/// The 8×8 pixels of one tile, of which those in rows `top` ..< `bottom` and columns `left` ..< `right` exist.
///
/// Even pixels have even places here and get the even half, odd ones get the odd half.
@inline(__always)
private func transformTile(
  _ top: Int,
  _ bottom: Int,
  _ left: Int,
  _ right: Int,
  _ pitch: Int,
  _ channels: Int,
  _ even: UnsafePointer<Float>,
  _ mixed: UnsafePointer<Float>,
  _ odd: UnsafePointer<Float>,
  _ stride: Int,
  _ out: UnsafeMutablePointer<Float>,
  _ accumulate: Int,
  _ count: Int,
  _ scratch: UnsafeMutablePointer<Float>
) {
  @inline(__always)
  func put(_ i: Int, _ j: Int, _ value: Vector) {
    if i < top || i >= bottom || j < left || j >= right { return }
    let p = out + (i &* pitch &+ j &* channels)
    store(p, accumulate == 0 ? value : load(p, count) + value, count)
  }
  let four = 4 &* stride
  for i in 0..<4 {
    let e = even + 4 &* i &* channels
    let q = mixed + i &* channels
    let v = values(
      load(q, count),
      load(q + four, count),
      load(q + 2 &* four, count),
      load(q + 3 &* four, count),
      load(q + 4 &* four, count)
    )
    put(2 &* i, 0, load(e, count))
    put(2 &* i, 1, v.0)
    put(2 &* i, 2, load(e + channels, count))
    put(2 &* i, 3, v.1)
    put(2 &* i, 4, load(e + 2 &* channels, count))
    put(2 &* i, 5, v.2)
    put(2 &* i, 6, load(e + 3 &* channels, count))
    put(2 &* i, 7, v.3)
  }
  for i in 0..<5 {
    let q = odd + 5 &* i &* stride
    let v = values(
      load(q, count),
      load(q + stride, count),
      load(q + 2 &* stride, count),
      load(q + 3 &* stride, count),
      load(q + 4 &* stride, count)
    )
    let s = scratch + i &* 64
    store(s, v.0)
    store(s + 16, v.1)
    store(s + 32, v.2)
    store(s + 48, v.3)
  }
  for j in 0..<4 {
    let q = mixed + (20 &* stride &+ j &* channels)
    let s = scratch + j &* 16
    let a = values(
      load(q, count),
      load(q + four, count),
      load(q + 2 &* four, count),
      load(q + 3 &* four, count),
      load(q + 4 &* four, count)
    )
    let b = values(load(s), load(s + 64), load(s + 128), load(s + 192), load(s + 256))
    put(1, 2 &* j, a.0)
    put(1, 2 &* j &+ 1, b.0)
    put(3, 2 &* j, a.1)
    put(3, 2 &* j &+ 1, b.1)
    put(5, 2 &* j, a.2)
    put(5, 2 &* j &+ 1, b.2)
    put(7, 2 &* j, a.3)
    put(7, 2 &* j &+ 1, b.3)
  }
}

/// dx from the products of the tiles in rows `first` ..< `end` of `columns` tiles; dx is an image of `height` × `width` pixels.
///
/// Tile (i, j) begins at pixel (8·i − before, 8·j − before). `m` is the 81 frequencies as `stridedWinogradInput` lays them out, `stride`
/// floats for each; added to the image when `accumulate` is 1. `scratch` holds 320 floats.
public func stridedWinogradSpread(
  _ height: Int,
  _ width: Int,
  _ channels: Int,
  _ before: Int,
  _ columns: Int,
  _ first: Int,
  _ end: Int,
  _ number: Int,
  _ m: UnsafePointer<Float>,
  _ stride: Int,
  _ image: UnsafeMutablePointer<Float>,
  _ accumulate: Int,
  _ scratch: UnsafeMutablePointer<Float>
) {
  let pitch = width &* channels
  var tile = number
  for row in first..<end {
    for column in 0..<columns {
      let (y, x) = (row &* 8 &- before, column &* 8 &- before)
      let (top, left) = (max(0, 0 &- y), max(0, 0 &- x))
      let (bottom, right) = (min(8, height &- y), min(8, width &- x))
      let isWhole = top == 0 && left == 0 && bottom == 8 && right == 8
      var c = 0
      while c < channels {
        let even = m + (16 &* tile &* channels &+ c)
        let mixed = m + (16 &* stride &+ 4 &* tile &* channels &+ c)
        let odd = m + (56 &* stride &+ tile &* channels &+ c)
        let to = image + (y &* pitch &+ x &* channels &+ c)
        let count = min(16, channels &- c)
        if isWhole && count == 16 {
          transformTile(
            0,
            8,
            0,
            8,
            pitch,
            channels,
            even,
            mixed,
            odd,
            stride,
            to,
            accumulate,
            16,
            scratch
          )
        } else {
          transformTile(
            top,
            bottom,
            left,
            right,
            pitch,
            channels,
            even,
            mixed,
            odd,
            stride,
            to,
            accumulate,
            count,
            scratch
          )
        }
        c &+= 16
      }
      tile &+= 1
    }
  }
}
