/// One dimension of Aᵀm over the odd half: five frequencies to four values.
@inline(__always)
private func values(_ m0: Vector, _ m1: Vector, _ m2: Vector, _ m3: Vector, _ m4: Vector) -> (
  Vector, Vector, Vector, Vector
) {
  let a = m1 + m2
  let b = m1 - m2
  return ((m0 + a) + m3, b + 0.5 * m3, a + 0.25 * m3, (b + m4) + 0.125 * m3)
}

/// The outputs of one tile, written to the pixels of it that exist: the even half and the odd one, added in both dimensions.
@inline(__always)
private func transformTile(
  _ rows: Int,
  _ columns: Int,
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
  for i in 0..<9 {
    // Rows 0 to 4 are the odd ones' frequencies, the others the four even ones.
    let isOdd = i < 5
    let place = isOdd ? (20 &+ 4 &* i) &* stride : 4 &* (i &- 5) &* channels
    let plain = (isOdd ? mixed : even) + place
    let at = isOdd ? 5 &* i &* stride : (i &- 5) &* channels
    let q = (isOdd ? odd : mixed) + at
    let next = isOdd ? stride : 4 &* stride
    let v = values(
      load(q, count),
      load(q + next, count),
      load(q + 2 &* next, count),
      load(q + 3 &* next, count),
      load(q + 4 &* next, count)
    )
    let s = scratch + i &* 64
    store(s, v.0 + load(plain, count))
    store(s + 16, v.1 + load(plain + channels, count))
    store(s + 32, v.2 + load(plain + 2 &* channels, count))
    store(s + 48, v.3 + load(plain + 3 &* channels, count))
  }
  for j in 0..<columns {
    let s = scratch + j &* 16
    let v = values(load(s), load(s + 64), load(s + 128), load(s + 192), load(s + 256))
    let o = out + j &* channels
    @inline(__always)
    func put(_ i: Int, _ value: Vector) {
      if i >= rows { return }
      let p = o + i &* pitch
      let sum = value + load(s + (320 &+ 64 &* i))
      store(p, accumulate == 0 ? sum : load(p, count) + sum, count)
    }
    put(0, v.0)
    put(1, v.1)
    put(2, v.2)
    put(3, v.3)
  }
}

/// The tiles in rows `first` ..< `end` of tiles of one output image of `height` × `width` pixels, from their products.
///
/// `m` is the 81 frequencies as `stridedWinogradInput` lays them out, `stride` floats for each; added to the image when `accumulate` is 1.
/// `scratch` holds 576 floats.
public func stridedWinogradOutput(
  _ height: Int,
  _ width: Int,
  _ channels: Int,
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
    for column in 0..<(width &+ 3) / 4 {
      let rows = min(4, height &- row &* 4)
      let columns = min(4, width &- column &* 4)
      let at = row &* 4 &* pitch &+ column &* 4 &* channels
      var c = 0
      while c < channels {
        let even = m + (16 &* tile &* channels &+ c)
        let mixed = m + (16 &* stride &+ 4 &* tile &* channels &+ c)
        let odd = m + (56 &* stride &+ tile &* channels &+ c)
        let to = image + at + c
        let count = min(16, channels &- c)
        if rows == 4 && columns == 4 && count == 16 {
          transformTile(
            4,
            4,
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
            rows,
            columns,
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
