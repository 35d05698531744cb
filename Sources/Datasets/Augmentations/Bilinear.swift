import Tensors

/// Writes `target`, height × width × channels values as `shape` says, from places between the
/// pixels of `source`: pixel i shows the place start + scale · i, along rows and along columns.
///
/// The source has `size.height` rows of `size.width` pixels, which begin `size.pitch` pixels after
/// each other; places outside take its border. A value is (1 − f)·a + f·b, along columns first, in
/// Float32. Inlined, so that what does not change from pixel to pixel stays in registers.
@inline(__always)
func bilinear(
  _ source: UnsafePointer<Float>,
  _ size: (height: Int, width: Int, pitch: Int),
  into target: UnsafeMutablePointer<Float>,
  _ shape: ImageShape,
  rows: (start: Double, scale: Double),
  columns: (start: Double, scale: Double)
) {
  let (width, channels) = (shape.width, shape.channels)
  for row in 0..<shape.height {
    let y = Between(rows.start + rows.scale * Double(row), size.height)
    let upper = source + y.first * size.pitch * channels
    let lower = source + y.second * size.pitch * channels
    var out = target + row * width * channels
    for column in 0..<width {
      let x = Between(columns.start + columns.scale * Double(column), size.width)
      let (left, right) = (x.first * channels, x.second * channels)
      for channel in 0..<channels {
        let above = x.rest * upper[left + channel] + x.part * upper[right + channel]
        let below = x.rest * lower[left + channel] + x.part * lower[right + channel]
        out[channel] = y.rest * above + y.part * below
      }
      out += channels
    }
  }
}

/// Two neighbouring rows or columns, and how far a place lies between them.
private struct Between {
  let first: Int
  let second: Int
  /// The share of the second.
  let part: Float
  /// The share of the first.
  let rest: Float

  /// The neighbours of a place among `count`, which is moved to the nearest of these.
  @inline(__always)
  init(_ place: Double, _ count: Int) {
    let inside = min(max(place, 0), Double(count - 1))
    // Not negative, so that this rounds down.
    first = Int(inside)
    second = min(first + 1, count - 1)
    part = Float(inside - Double(first))
    rest = 1 - part
  }
}
