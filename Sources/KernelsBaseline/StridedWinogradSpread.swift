import CKernels

/// The pixels of a tile of 8×8 that exist: those in rows `top` ..< `bottom` and columns `left` ..<
/// `right`.
private typealias Inside = (top: Int, bottom: Int, left: Int, right: Int)

/// The 8×8 pixels of one tile: even pixels have even places here and get the even half, odd ones
/// get the odd half.
@inline(__always)
private func transformTile(
  _ inside: Inside,
  _ pitch: Int,
  _ places: StridedTile,
  _ products: UnsafePointer<Float>,
  _ out: UnsafeMutablePointer<Float>,
  _ accumulate: Bool,
  _ count: Int,
  _ scratch: UnsafeMutablePointer<Float>
) {
  let channels = places.channels
  @inline(__always)
  func put(_ i: Int, _ j: Int, _ value: Vector) {
    if i < inside.top || i >= inside.bottom || j < inside.left || j >= inside.right { return }
    let p = out + (i &* pitch &+ j &* channels)
    store(p, accumulate ? load(p, count) + value : value, count)
  }
  @inline(__always)
  func odd(_ place: (first: Int, next: Int)) -> Four {
    stridedValues(loadFive(products + place.first, place.next, count))
  }
  for i in 0..<4 {
    let e = products + places.evenRow(i)
    let v = odd(places.mixedRow(i))
    put(2 &* i, 0, load(e, count))
    put(2 &* i, 1, v.0)
    put(2 &* i, 2, load(e + channels, count))
    put(2 &* i, 3, v.1)
    put(2 &* i, 4, load(e + 2 &* channels, count))
    put(2 &* i, 5, v.2)
    put(2 &* i, 6, load(e + 3 &* channels, count))
    put(2 &* i, 7, v.3)
  }
  for i in 0..<5 { store(scratch + i &* 64, 16, odd(places.oddRow(i))) }
  for j in 0..<4 {
    let a = odd(places.column(j))
    let b = stridedValues(loadFive(scratch + j &* 16, 64))
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

/// dx from the products of some rows of tiles of 8×8 pixels, written or added to it.
///
/// `scratch` holds 320 floats.
func stridedWinogradSpread(
  _ tiles: ImageTiles,
  _ products: UnsafePointer<Float>,
  _ image: UnsafeMutablePointer<Float>,
  _ accumulate: Bool,
  _ scratch: UnsafeMutablePointer<Float>
) {
  let (height, width, channels) = (tiles.height, tiles.width, tiles.channels)
  let (before, columns, stride, pitch) = (
    tiles.before, tiles.columns, tiles.stride, width &* channels
  )
  var tile = tiles.number
  for row in tiles.first..<tiles.end {
    for column in 0..<columns {
      let (y, x) = (row &* 8 &- before, column &* 8 &- before)
      let (top, left) = (max(0, 0 &- y), max(0, 0 &- x))
      let (bottom, right) = (min(8, height &- y), min(8, width &- x))
      let isWhole = top == 0 && left == 0 && bottom == 8 && right == 8
      var c = 0
      while c < channels {
        let places = StridedTile(tile, c, channels, stride)
        let to = image + (y &* pitch &+ x &* channels &+ c)
        let count = min(16, channels &- c)
        if isWhole && count == 16 {
          transformTile((0, 8, 0, 8), pitch, places, products, to, accumulate, 16, scratch)
        } else {
          transformTile(
            (top, bottom, left, right),
            pitch,
            places,
            products,
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
