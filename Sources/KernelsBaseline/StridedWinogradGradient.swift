/// One dimension of A·y over the odd half: four values to five frequencies, the transpose of the output transform.
@inline(__always)
private func frequencies(_ y0: Vector, _ y1: Vector, _ y2: Vector, _ y3: Vector) -> (
  Vector, Vector, Vector, Vector, Vector
) {
  let p = y0 + y2
  let q = y1 + y3
  return (y0, p + q, p - q, (y0 + 0.25 * y2) + (0.5 * y1 + 0.125 * y3), y3)
}

/// The frequencies of one 4×4 tile, of which `rows` × `columns` pixels exist.
@inline(__always)
private func transformTile(
  _ rows: Int,
  _ columns: Int,
  _ pitch: Int,
  _ channels: Int,
  _ dy: UnsafePointer<Float>,
  _ even: UnsafeMutablePointer<Float>,
  _ mixed: UnsafeMutablePointer<Float>,
  _ odd: UnsafeMutablePointer<Float>,
  _ stride: Int,
  _ count: Int,
  _ scratch: UnsafeMutablePointer<Float>
) {
  let four = 4 &* stride
  for i in 0..<4 {
    @inline(__always)
    func pixel(_ j: Int) -> Vector {
      i < rows && j < columns ? load(dy + i &* pitch + j &* channels, count) : Vector.zero
    }
    let (y0, y1, y2, y3) = (pixel(0), pixel(1), pixel(2), pixel(3))
    let f = frequencies(y0, y1, y2, y3)
    let e = even + 4 &* i &* channels
    store(e, y0, count)
    store(e + channels, y1, count)
    store(e + 2 &* channels, y2, count)
    store(e + 3 &* channels, y3, count)
    let m = mixed + i &* channels
    store(m, f.0, count)
    store(m + four, f.1, count)
    store(m + 2 &* four, f.2, count)
    store(m + 3 &* four, f.3, count)
    store(m + 4 &* four, f.4, count)
    let s = scratch + i &* 144
    store(s, y0)
    store(s + 16, y1)
    store(s + 32, y2)
    store(s + 48, y3)
    store(s + 64, f.0)
    store(s + 80, f.1)
    store(s + 96, f.2)
    store(s + 112, f.3)
    store(s + 128, f.4)
  }
  for j in 0..<9 {
    let s = scratch + j &* 16
    let f = frequencies(load(s), load(s + 144), load(s + 288), load(s + 432))
    let isMixed = j < 4
    let at = isMixed ? 20 &* stride &+ j &* channels : (j &- 4) &* stride
    let o = (isMixed ? mixed : odd) + at
    let next = isMixed ? four : 5 &* stride
    store(o, f.0, count)
    store(o + next, f.1, count)
    store(o + 2 &* next, f.2, count)
    store(o + 3 &* next, f.3, count)
    store(o + 4 &* next, f.4, count)
  }
}

/// What the gradients of the weights need of dy: the frequencies of the tiles in rows `first` ..< `end` of tiles of one image.
///
/// The image has `height` × `width` pixels. `out` is 81 frequencies as `stridedWinogradInput` lays them out, `stride` floats for each.
/// `scratch` holds 576 floats.
public func stridedWinogradGradient(
  _ height: Int,
  _ width: Int,
  _ channels: Int,
  _ first: Int,
  _ end: Int,
  _ number: Int,
  _ dy: UnsafePointer<Float>,
  _ out: UnsafeMutablePointer<Float>,
  _ stride: Int,
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
        let even = out + (16 &* tile &* channels &+ c)
        let mixed = out + (16 &* stride &+ 4 &* tile &* channels &+ c)
        let odd = out + (56 &* stride &+ tile &* channels &+ c)
        let from = dy + at + c
        let count = min(16, channels &- c)
        if rows == 4 && columns == 4 && count == 16 {
          transformTile(4, 4, pitch, channels, from, even, mixed, odd, stride, 16, scratch)
        } else {
          transformTile(
            rows,
            columns,
            pitch,
            channels,
            from,
            even,
            mixed,
            odd,
            stride,
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
