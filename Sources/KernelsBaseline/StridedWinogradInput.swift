import CPlatform

// A 3×3 convolution of stride 2, one dimension at a time: w₁ meets only every other pixel, an even one, and each of those only once; w₀ and w₂
// meet the odd ones between, and that half is a convolution of two weights and stride 1: Winograd's F(4, 2) with the points 0, ±1, ½ and ∞.
// (−½ and ±2 are its mirror images, with the same error.) So nine pixels make nine frequencies and four outputs: the four even pixels as
// they are and five frequencies of the five odd ones. In two dimensions a tile of 9×9 has 81 frequencies that meet 6×6 transformed weights:
//
// | rows | columns | matrices | rows a tile | first at, in strides |
// |---|---|---|---|---|
// | even | even | 1 | 16 | 0 |
// | even | odd | 5 | 4 | 16 |
// | odd | even | 5 | 4 | 36 |
// | odd | odd | 25 | 1 | 56 |
//
// All values that meet one weight lie as one matrix [tile][position][channel].

/// One dimension of Bᵀd over the odd pixels: five values to five frequencies.
@inline(__always)
private func frequencies(_ d0: Vector, _ d1: Vector, _ d2: Vector, _ d3: Vector, _ d4: Vector) -> (
  Vector, Vector, Vector, Vector, Vector
) {
  let half = d3 - d1
  let p = d3 - 0.5 * d2
  let q = d2 - 0.5 * d1
  return (half + 0.5 * (d0 - d2), p + q, p - q, half, (d4 - d2) - 0.5 * half)
}

/// The frequencies of one tile.
///
/// The odd pixels are `pitch` and `step` floats apart; the even one of each is `below` and `beside` it.
@inline(__always)
private func transformTile(
  _ tile: UnsafePointer<Float>,
  _ pitch: Int,
  _ step: Int,
  _ below: Int,
  _ beside: Int,
  _ even: UnsafeMutablePointer<Float>,
  _ mixed: UnsafeMutablePointer<Float>,
  _ odd: UnsafeMutablePointer<Float>,
  _ channels: Int,
  _ stride: Int,
  _ count: Int,
  _ scratch: UnsafeMutablePointer<Float>
) {
  for i in 0..<4 {
    let row = tile + (i &* pitch &+ below)
    let plain = row + beside
    let e = even + 4 &* i &* channels
    store(e, load(plain), count)
    store(e + channels, load(plain + step), count)
    store(e + 2 &* channels, load(plain + 2 &* step), count)
    store(e + 3 &* channels, load(plain + 3 &* step), count)
    let f = frequencies(
      load(row),
      load(row + step),
      load(row + 2 &* step),
      load(row + 3 &* step),
      load(row + 4 &* step)
    )
    let m = mixed + i &* channels
    let next = 4 &* stride
    store(m, f.0, count)
    store(m + next, f.1, count)
    store(m + 2 &* next, f.2, count)
    store(m + 3 &* next, f.3, count)
    store(m + 4 &* next, f.4, count)
  }
  for i in 0..<5 {
    let row = tile + i &* pitch
    let plain = row + beside
    let f = frequencies(
      load(row),
      load(row + step),
      load(row + 2 &* step),
      load(row + 3 &* step),
      load(row + 4 &* step)
    )
    let s = scratch + i &* 144
    store(s, load(plain))
    store(s + 16, load(plain + step))
    store(s + 32, load(plain + 2 &* step))
    store(s + 48, load(plain + 3 &* step))
    store(s + 64, f.0)
    store(s + 80, f.1)
    store(s + 96, f.2)
    store(s + 112, f.3)
    store(s + 128, f.4)
  }
  for j in 0..<9 {
    let s = scratch + j &* 16
    let f = frequencies(load(s), load(s + 144), load(s + 288), load(s + 432), load(s + 576))
    let isMixed = j < 4
    let at = isMixed ? 20 &* stride &+ j &* channels : (j &- 4) &* stride
    let o = (isMixed ? mixed : odd) + at
    let next = isMixed ? 4 &* stride : 5 &* stride
    store(o, f.0, count)
    store(o + next, f.1, count)
    store(o + 2 &* next, f.2, count)
    store(o + 3 &* next, f.3, count)
    store(o + 4 &* next, f.4, count)
  }
}

/// Copies `size` × `size` pixels from (y, x) on as a view shows them to vectors in rows of nine, zeros outside the image.
@inline(__always)
private func copyTile(
  _ height: Int,
  _ width: Int,
  _ channels: Int,
  _ image: UnsafePointer<Float>,
  _ y: Int,
  _ x: Int,
  _ size: Int,
  _ copy: UnsafeMutablePointer<Float>,
  _ view: Int,
  _ scale: Vector,
  _ shift: Vector,
  _ count: Int
) {
  let low: Float = view & 1 == 1 ? 0 : -.infinity
  for i in 0..<size {
    let row = image + ((y &+ i) &* width &+ x) &* channels
    let rowInside = y &+ i >= 0 && y &+ i < height
    for j in 0..<size {
      let to = copy + (i &* 9 &+ j) &* 16
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

/// The frequencies of the tiles in rows `first` ..< `end` of `columns` tiles of one image.
///
/// Tile (i, j) begins at pixel (step·i − before, step·j − before). With a `step` of 8 it has 9×9 pixels; with 4 it has 5×5, each of which is
/// the odd pixel and the even one beside it, as backward-data reads dy. `out` is 81 frequencies as above, `stride` floats for each. The image
/// is read as it is (`view` 0), as max(x, 0) (1), as x·scale + shift (2), or as max(x·scale + shift, 0) (3); padding is zero in any case.
/// `scratch` holds 2016 floats.
public func stridedWinogradInput(
  _ height: Int,
  _ width: Int,
  _ channels: Int,
  _ step: Int,
  _ before: Int,
  _ columns: Int,
  _ first: Int,
  _ end: Int,
  _ number: Int,
  _ image: UnsafePointer<Float>,
  _ out: UnsafeMutablePointer<Float>,
  _ stride: Int,
  _ view: Int,
  _ scale: UnsafePointer<Float>,
  _ shift: UnsafePointer<Float>,
  _ scratch: UnsafeMutablePointer<Float>
) {
  let copy = scratch + 720
  let size = step &+ 1
  // Pixels from one odd one to the next, and to the even one beside it.
  let (two, one) = (step / 4, step / 4 &- 1)
  var tile = number
  for row in first..<end {
    for column in 0..<columns {
      let (y, x) = (row &* step &- before, column &* step &- before)
      // What this column of the next row of tiles reads first: the memory beyond the cache streams in while this tile computes.
      for ahead in 0..<step {
        let line = UnsafeRawPointer(image + ((y &+ size &+ ahead) &* width &+ x &+ 1) &* channels)
        var byte = 0
        while byte < 4 &* step &* channels {
          platform_prefetch(line + byte)
          byte &+= 64
        }
      }
      let isWhole = view == 0 && y >= 0 && x >= 0 && y &+ size <= height && x &+ size <= width
      let origin = image + (y &* width &+ x) &* channels
      let pitch = width &* channels
      var c = 0
      while c < channels {
        let even = out + (16 &* tile &* channels &+ c)
        let mixed = out + (16 &* stride &+ 4 &* tile &* channels &+ c)
        let odd = out + (56 &* stride &+ tile &* channels &+ c)
        let count = min(16, channels &- c)
        if isWhole && count == 16 {
          transformTile(
            origin + c,
            two &* pitch,
            two &* channels,
            one &* pitch,
            one &* channels,
            even,
            mixed,
            odd,
            channels,
            stride,
            16,
            scratch
          )
        } else {
          let (a, b) =
            view >= 2
            ? (load(scale + c, count), load(shift + c, count)) : (Vector.zero, Vector.zero)
          if count == 16 {
            copyTile(height, width, channels, image + c, y, x, size, copy, view, a, b, 16)
            transformTile(
              copy,
              two &* 144,
              two &* 16,
              one &* 144,
              one &* 16,
              even,
              mixed,
              odd,
              channels,
              stride,
              16,
              scratch
            )
          } else {
            copyTile(height, width, channels, image + c, y, x, size, copy, view, a, b, count)
            transformTile(
              copy,
              two &* 144,
              two &* 16,
              one &* 144,
              one &* 16,
              even,
              mixed,
              odd,
              channels,
              stride,
              count,
              scratch
            )
          }
        }
        c &+= 16
      }
      tile &+= 1
    }
  }
}
