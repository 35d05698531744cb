import CKernels
import CPlatform

/// One dimension of Bᵀd over the odd pixels: five values to five frequencies.
@inline(__always)
private func frequencies(_ d: Five) -> Five {
  let half = d.3 - d.1
  let p = d.3 - 0.5 * d.2
  let q = d.2 - 0.5 * d.1
  return (half + 0.5 * (d.0 - d.2), p + q, p - q, half, (d.4 - d.2) - 0.5 * half)
}

/// How the pixels of a tile lie: its rows and columns of odd ones are so far apart, and the even
/// one of each is so far below and beside it.
private typealias Pixels = (pitch: Int, step: Int, below: Int, beside: Int)

/// The frequencies of the first `count` ≤ 16 channels of one tile.
@inline(__always)
private func transformTile(
  _ tile: UnsafePointer<Float>,
  _ pixels: Pixels,
  _ places: StridedTile,
  _ out: UnsafeMutablePointer<Float>,
  _ count: Int,
  _ scratch: UnsafeMutablePointer<Float>
) {
  let (pitch, step) = (pixels.pitch, pixels.step)
  for i in 0..<4 {
    let row = tile + (i &* pitch &+ pixels.below)
    store(out + places.evenRow(i), places.channels, loadFour(row + pixels.beside, step), count)
    let (mixed, next) = places.mixedRow(i)
    store(out + mixed, next, frequencies(loadFive(row, step)), count)
  }
  for i in 0..<5 {
    let row = tile + i &* pitch
    let s = scratch + i &* 144
    store(s, 16, loadFour(row + pixels.beside, step))
    store(s + 64, 16, frequencies(loadFive(row, step)))
  }
  for j in 0..<9 {
    let (first, next) = places.column(j)
    store(out + first, next, frequencies(loadFive(scratch + j &* 16, 144)), count)
  }
}

/// Copies `size` × `size` pixels from (y, x) on as a view shows them to vectors in rows of nine,
/// zeros outside the image.
///
/// The channels are the `count` ≤ 16 from `c` on.
@inline(__always)
private func copyTile(
  _ t: ImageTiles,
  _ image: UnsafePointer<Float>,
  _ view: ChannelView,
  _ place: (y: Int, x: Int, size: Int),
  _ c: Int,
  _ count: Int,
  _ copy: UnsafeMutablePointer<Float>
) {
  let (height, width, channels) = (t.height, t.width, t.channels)
  let (y, x, size, kind) = (place.y, place.x, place.size, view.kind)
  let (scale, shift) =
    kind >= 2
    ? (load(view.scale + c, count), load(view.shift + c, count)) : (Vector.zero, Vector.zero)
  let low: Float = kind & 1 == 1 ? 0 : -.infinity
  for i in 0..<size {
    let row = image + (((y &+ i) &* width &+ x) &* channels &+ c)
    let rowInside = y &+ i >= 0 && y &+ i < height
    for j in 0..<size {
      let to = copy + (i &* 9 &+ j) &* 16
      guard rowInside && x &+ j >= 0 && x &+ j < width else {
        store(to, Vector.zero)
        continue
      }
      var v = load(row + j &* channels, count)
      if kind >= 2 { v = v * scale + shift }
      // Nothing is below −∞, and NaN is below nothing.
      store(to, v.replacing(with: low, where: v .< low))
    }
  }
}

/// Asks for what this column of the next row of tiles reads first: the memory beyond the cache
/// streams in while this tile computes.
@inline(__always)
private func prefetchBelow(
  _ t: ImageTiles,
  _ image: UnsafePointer<Float>,
  _ place: (y: Int, x: Int, size: Int)
) {
  let (width, channels, step) = (t.width, t.channels, t.step)
  for ahead in 0..<step {
    let row = place.y &+ place.size &+ ahead
    let line = UnsafeRawPointer(image + (row &* width &+ place.x &+ 1) &* channels)
    var byte = 0
    while byte < 4 &* step &* channels {
      platform_prefetch(line + byte)
      byte &+= 64
    }
  }
}

/// The frequencies of some rows of tiles of one image.
///
/// With a `step` of 8 a tile has 9×9 pixels; with 4 it has 5×5, each of which is the odd pixel and
/// the even one beside it, as backward-data reads dy. `scratch` holds 2016 floats.
func stridedWinogradInput(
  _ tiles: ImageTiles,
  _ image: UnsafePointer<Float>,
  _ view: ChannelView,
  _ out: UnsafeMutablePointer<Float>,
  _ scratch: UnsafeMutablePointer<Float>
) {
  let (height, width, channels) = (tiles.height, tiles.width, tiles.channels)
  let (step, before, columns, stride) = (tiles.step, tiles.before, tiles.columns, tiles.stride)
  let copy = scratch + 720
  let (size, pitch) = (step &+ 1, width &* channels)
  // Pixels from one odd one to the next, and to the even one beside it.
  let (two, one) = (step / 4, step / 4 &- 1)
  let inPlace = (two &* pitch, two &* channels, one &* pitch, one &* channels)
  let copied = (two &* 144, two &* 16, one &* 144, one &* 16)
  var tile = tiles.number
  for row in tiles.first..<tiles.end {
    for column in 0..<columns {
      let (y, x) = (row &* step &- before, column &* step &- before)
      let place = (y, x, size)
      prefetchBelow(tiles, image, place)
      let isWhole = view.kind == 0 && y >= 0 && x >= 0 && y &+ size <= height && x &+ size <= width
      let origin = image + (y &* width &+ x) &* channels
      var c = 0
      while c < channels {
        let places = StridedTile(tile, c, channels, stride)
        let count = min(16, channels &- c)
        if isWhole && count == 16 {
          transformTile(origin + c, inPlace, places, out, 16, scratch)
        } else if count == 16 {
          copyTile(tiles, image, view, place, c, 16, copy)
          transformTile(copy, copied, places, out, 16, scratch)
        } else {
          copyTile(tiles, image, view, place, c, count, copy)
          transformTile(copy, copied, places, out, count, scratch)
        }
        c &+= 16
      }
      tile &+= 1
    }
  }
}
