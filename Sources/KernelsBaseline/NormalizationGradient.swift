import CPlatform

// BatchNorm's backward over one image. The gradient that arrives is g = factor · dy, and where `rectified` is 1 the layer ends in a rectifier,
// so that g counts only where x·scale + shift > 0 (NaN passes, as in the rectifier's own backward).

/// g where the output is positive.
@inline(__always)
private func masked(_ g: Vector, _ y: Vector) -> Vector { g.replacing(with: 0, where: y .<= 0) }

/// Adds g and g·(x − middle) of one pixel's vector to two sums.
@inline(__always)
private func addTerms(
  _ sum: inout Vector,
  _ products: inout Vector,
  _ dy: Vector,
  _ x: Vector,
  _ factor: Float,
  _ middle: Vector,
  _ rectified: Int,
  _ scale: Vector,
  _ shift: Vector
) {
  var g = factor * dy
  if rectified != 0 { g = masked(g, x * scale + shift) }
  sum += g
  products += g * (x - middle)
}

/// The sums of up to sixteen channels.
@inline(__always)
private func sumVector(
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
  _ weighted: UnsafeMutablePointer<Double>,
  _ count: Int
) {
  let middle = load(center, count)
  let (a, b) =
    rectified != 0 ? (load(scale, count), load(shift, count)) : (Vector.zero, Vector.zero)
  var sum = Vector.zero
  var products = Vector.zero
  for p in 0..<pixels {
    let at = p &* channels
    addTerms(
      &sum,
      &products,
      load(dy + at, count),
      load(x + at, count),
      factor,
      middle,
      rectified,
      a,
      b
    )
  }
  for j in 0..<count {
    plain[j] = Double(sum[j])
    weighted[j] = Double(products[j])
  }
}

/// The sums of 64 channels at a time, so that memory is read in its order.
@inline(__always)
private func sumFourVectors(
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
  var (s0, s1, s2, s3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
  var (p0, p1, p2, p3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
  let (m0, m1) = (load(center), load(center + 16))
  let (m2, m3) = (load(center + 32), load(center + 48))
  for p in 0..<pixels {
    let (d, v) = (dy + p &* channels, x + p &* channels)
    // The values come from memory; the gradient was just written.
    for line in 0..<4 { platform_prefetch(v + 8 &* channels + 16 &* line) }
    addTerms(&s0, &p0, load(d), load(v), factor, m0, rectified, load(scale), load(shift))
    addTerms(
      &s1,
      &p1,
      load(d + 16),
      load(v + 16),
      factor,
      m1,
      rectified,
      load(scale + 16),
      load(shift + 16)
    )
    addTerms(
      &s2,
      &p2,
      load(d + 32),
      load(v + 32),
      factor,
      m2,
      rectified,
      load(scale + 32),
      load(shift + 32)
    )
    addTerms(
      &s3,
      &p3,
      load(d + 48),
      load(v + 48),
      factor,
      m3,
      rectified,
      load(scale + 48),
      load(shift + 48)
    )
  }
  for j in 0..<16 {
    (plain[j], plain[j &+ 16]) = (Double(s0[j]), Double(s1[j]))
    (plain[j &+ 32], plain[j &+ 48]) = (Double(s2[j]), Double(s3[j]))
    (weighted[j], weighted[j &+ 16]) = (Double(p0[j]), Double(p1[j]))
    (weighted[j &+ 32], weighted[j &+ 48]) = (Double(p2[j]), Double(p3[j]))
  }
}

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
  while c &+ 64 <= channels {
    if rectified == 0 {
      sumFourVectors(
        pixels,
        channels,
        dy + c,
        x + c,
        center + c,
        factor,
        0,
        scale + c,
        shift + c,
        plain + c,
        weighted + c
      )
    } else {
      sumFourVectors(
        pixels,
        channels,
        dy + c,
        x + c,
        center + c,
        factor,
        1,
        scale + c,
        shift + c,
        plain + c,
        weighted + c
      )
    }
    c &+= 64
  }
  while c &+ 16 <= channels {
    sumVector(
      pixels,
      channels,
      dy + c,
      x + c,
      center + c,
      factor,
      rectified,
      scale + c,
      shift + c,
      plain + c,
      weighted + c,
      16
    )
    c &+= 16
  }
  if c < channels {
    sumVector(
      pixels,
      channels,
      dy + c,
      x + c,
      center + c,
      factor,
      rectified,
      scale + c,
      shift + c,
      plain + c,
      weighted + c,
      channels &- c
    )
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
