import CKernels
import CPlatform

// BatchNorm's backward over one image.

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
  _ g: ArrivingGradient,
  _ channels: (middle: Vector, scale: Vector, shift: Vector)
) {
  var arriving = g.factor * dy
  if g.isRectified { arriving = masked(arriving, x * channels.scale + channels.shift) }
  sum += arriving
  products += arriving * (x - channels.middle)
}

/// The sums of the `count` ≤ 16 channels from `c` on.
@inline(__always)
private func sumVector(
  _ pixels: Int,
  _ channels: Int,
  _ g: ArrivingGradient,
  _ c: Int,
  _ count: Int,
  _ plain: UnsafeMutablePointer<Double>,
  _ weighted: UnsafeMutablePointer<Double>
) {
  let (dy, x, middle) = (g.dy + c, g.x + c, load(g.center + c, count))
  let (a, b) =
    g.isRectified
    ? (load(g.scale + c, count), load(g.shift + c, count)) : (Vector.zero, Vector.zero)
  var sum = Vector.zero
  var products = Vector.zero
  for p in 0..<pixels {
    let at = p &* channels
    addTerms(&sum, &products, load(dy + at, count), load(x + at, count), g, (middle, a, b))
  }
  for j in 0..<count {
    plain[c &+ j] = Double(sum[j])
    weighted[c &+ j] = Double(products[j])
  }
}

/// The sums of the 64 channels from `c` on, so that memory is read in its order.
@inline(__always)
private func sumFourVectors(
  _ pixels: Int,
  _ channels: Int,
  _ g: ArrivingGradient,
  _ c: Int,
  _ plain: UnsafeMutablePointer<Double>,
  _ weighted: UnsafeMutablePointer<Double>
) {
  var (s0, s1, s2, s3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
  var (p0, p1, p2, p3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
  let (center, scale, shift) = (g.center + c, g.scale + c, g.shift + c)
  let (m0, m1) = (load(center), load(center + 16))
  let (m2, m3) = (load(center + 32), load(center + 48))
  for p in 0..<pixels {
    let (d, v) = (g.dy + c + p &* channels, g.x + c + p &* channels)
    // The values come from memory; the gradient was just written.
    for line in 0..<4 { platform_prefetch(v + 8 &* channels + 16 &* line) }
    @inline(__always)
    func add(_ sum: inout Vector, _ products: inout Vector, _ middle: Vector, _ j: Int) {
      let channels = (middle, load(scale + j), load(shift + j))
      addTerms(&sum, &products, load(d + j), load(v + j), g, channels)
    }
    add(&s0, &p0, m0, 0)
    add(&s1, &p1, m1, 16)
    add(&s2, &p2, m2, 32)
    add(&s3, &p3, m3, 48)
  }
  let (sums, products) = (plain + c, weighted + c)
  for j in 0..<16 {
    (sums[j], sums[j &+ 16]) = (Double(s0[j]), Double(s1[j]))
    (sums[j &+ 32], sums[j &+ 48]) = (Double(s2[j]), Double(s3[j]))
    (products[j], products[j &+ 16]) = (Double(p0[j]), Double(p1[j]))
    (products[j &+ 32], products[j &+ 48]) = (Double(p2[j]), Double(p3[j]))
  }
}

/// Σ g and Σ g·(x − center) over the pixels of one image, for each channel.
func channelGradientSums(
  _ pixels: Int,
  _ channels: Int,
  _ gradient: ArrivingGradient,
  _ plain: UnsafeMutablePointer<Double>,
  _ weighted: UnsafeMutablePointer<Double>
) {
  var (g, c) = (gradient, 0)
  while c &+ 64 <= channels {
    // A constant, so that the loop does not ask.
    if gradient.isRectified {
      g.isRectified = true
      sumFourVectors(pixels, channels, g, c, plain, weighted)
    } else {
      g.isRectified = false
      sumFourVectors(pixels, channels, g, c, plain, weighted)
    }
    c &+= 64
  }
  while c &+ 16 <= channels {
    sumVector(pixels, channels, gradient, c, 16, plain, weighted)
    c &+= 16
  }
  if c < channels { sumVector(pixels, channels, gradient, c, channels &- c, plain, weighted) }
}

/// dx = a·g + (b·(x − center) + d) by channel, BatchNorm's backward once its sums are known; dx and
/// dy may be the same.
///
/// Added to dx where `accumulate` says so.
func normalizeBackward(
  _ pixels: Int,
  _ channels: Int,
  _ dx: UnsafeMutablePointer<Float>,
  _ gradient: ArrivingGradient,
  _ k: NormalizationCoefficients,
  _ accumulate: Bool
) {
  let (dy, x, center, factor) = (gradient.dy, gradient.x, gradient.center, gradient.factor)
  let (scale, shift, a, b, d) = (gradient.scale, gradient.shift, k.a, k.b, k.d)
  @inline(__always)
  func run(_ arriving: (Int, Int, Vector, Vector) -> Vector) {
    @inline(__always)
    func value(_ at: Int, _ c: Int, _ n: Int, _ v: Vector) -> Vector {
      let g = arriving(c, n, factor * load(dy + at, n), v)
      return load(a + c, n) * g + (load(b + c, n) * (v - load(center + c, n)) + load(d + c, n))
    }
    if accumulate {
      mapChannels(pixels, channels, dx, x) { load(dx + $0, $2) + value($0, $1, $2, $3) }
    } else {
      mapChannels(pixels, channels, dx, x) { value($0, $1, $2, $3) }
    }
  }
  if gradient.isRectified {
    run { c, n, g, v in masked(g, v * load(scale + c, n) + load(shift + c, n)) }
  } else {
    run { _, _, g, _ in g }
  }
}
