// BatchNorm's backward over one image. The gradient that arrives is g = factor · dy, and where `rectified` is 1 the layer ends in a rectifier,
// so that g counts only where x·scale + shift > 0 (NaN passes, as in the rectifier's own backward).

/// g where the output is positive.
@inline(__always)
private func masked(_ g: Vector, _ y: Vector) -> Vector { g.replacing(with: 0, where: y .<= 0) }

/// Σ g and Σ g·(x − center) over the pixels of one image, for each channel.
public func channelGradientSums(
  _ pixels: Int,
  _ channels: Int,
  _ dy: UnsafePointer<Float>,
  _ x: UnsafePointer<Float>,
  _ center: UnsafePointer<Float>,
  _ factor: Float,
  _ rectified: Int,
  _ scale: UnsafePointer<Float>,
  _ shift: UnsafePointer<Float>,
  _ plain: UnsafeMutablePointer<Double>,
  _ weighted: UnsafeMutablePointer<Double>
) {
  var c = 0
  while c < channels {
    let count = min(16, channels &- c)
    let middle = load(center + c, count)
    var sum = Vector.zero
    var products = Vector.zero
    @inline(__always)
    func run(_ count: Int, _ gradient: (Vector, Vector) -> Vector) {
      for p in 0..<pixels {
        let at = p &* channels &+ c
        let v = load(x + at, count)
        let g = gradient(factor * load(dy + at, count), v)
        sum += g
        products += g * (v - middle)
      }
    }
    if rectified == 0 {
      if count == 16 { run(16) { g, _ in g } } else { run(count) { g, _ in g } }
    } else {
      let (a, b) = (load(scale + c, count), load(shift + c, count))
      if count == 16 {
        run(16) { masked($0, $1 * a + b) }
      } else {
        run(count) { masked($0, $1 * a + b) }
      }
    }
    for j in 0..<count {
      plain[c &+ j] = Double(sum[j])
      weighted[c &+ j] = Double(products[j])
    }
    c &+= 16
  }
}

/// dx = a·g + (b·(x − center) + d) by channel, BatchNorm's backward once its sums are known; dx and dy may be the same.
///
/// Added to dx when `accumulate` is 1.
public func normalizeBackward(
  _ pixels: Int,
  _ channels: Int,
  _ dx: UnsafeMutablePointer<Float>,
  _ dy: UnsafePointer<Float>,
  _ x: UnsafePointer<Float>,
  _ a: UnsafePointer<Float>,
  _ b: UnsafePointer<Float>,
  _ center: UnsafePointer<Float>,
  _ d: UnsafePointer<Float>,
  _ factor: Float,
  _ rectified: Int,
  _ scale: UnsafePointer<Float>,
  _ shift: UnsafePointer<Float>,
  _ accumulate: Int
) {
  @inline(__always)
  func run(_ gradient: (Int, Int, Vector, Vector) -> Vector) {
    @inline(__always)
    func value(_ at: Int, _ c: Int, _ n: Int, _ v: Vector) -> Vector {
      let g = gradient(c, n, factor * load(dy + at, n), v)
      return load(a + c, n) * g + (load(b + c, n) * (v - load(center + c, n)) + load(d + c, n))
    }
    if accumulate == 0 {
      mapChannels(pixels, channels, dx, x) { value($0, $1, $2, $3) }
    } else {
      mapChannels(pixels, channels, dx, x) { load(dx + $0, $2) + value($0, $1, $2, $3) }
    }
  }
  if rectified == 0 {
    run { _, _, g, _ in g }
  } else {
    run { c, n, g, v in masked(g, v * load(scale + c, n) + load(shift + c, n)) }
  }
}
