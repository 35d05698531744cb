/// out = max(x, 0); NaN stays NaN, or a diverged run would look healthy.
func rectify(_ n: Int, _ out: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>) {
  var i = 0
  while i &+ 16 <= n {
    store(out + i, rectified(load(x + i)))
    i &+= 16
  }
  if i < n { store(out + i, rectified(load(x + i, n &- i)), n &- i) }
}

/// dx = dy where y > 0, else 0; added to dx where `accumulate` says so; dx may be dy.
func rectifyBackward(
  _ n: Int,
  _ dx: UnsafeMutablePointer<Float>,
  _ dy: UnsafePointer<Float>,
  _ y: UnsafePointer<Float>,
  _ accumulate: Bool
) {
  @inline(__always)
  func put(_ i: Int, _ count: Int) {
    let d = load(dy + i, count).replacing(with: 0, where: load(y + i, count) .<= 0)
    store(dx + i, accumulate ? load(dx + i, count) + d : d, count)
  }
  var i = 0
  while i &+ 16 <= n {
    put(i, 16)
    i &+= 16
  }
  if i < n { put(i, n &- i) }
}

/// e^x for |x| ≤ 87, clamped outside: 2^k · polynomial (Cephes' expf); relative error below 2e-7,
/// the same bits on every CPU.
@inline(__always)
private func exponential(_ x: Float) -> Float {
  let v = max(-87, min(87, x))
  let k = (v * 1.442695041 + 12_582_912) - 12_582_912
  let r = (v - k * 0.693359375) - k * -2.12194440e-4
  var p: Float = 1.9875691500e-4
  p = p * r + 1.3981999507e-3
  p = p * r + 8.3334519073e-3
  p = p * r + 4.1665795894e-2
  p = p * r + 1.6666665459e-1
  p = p * r + 5.0000001201e-1
  let e = p * r * r + r + 1
  return e * Float(bitPattern: UInt32(bitPattern: (Int32(k) &+ 127) &<< 23))
}

/// out = x / (1 + e^-x), the SiLU (Elfwing, Uchibe, Doya 2017).
func silu(_ n: Int, _ out: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>) {
  for i in 0..<n {
    let v = x[i]
    out[i] = v / (1 + exponential(-v))
  }
}

/// dx = dy · σ(x)(1 + x(1 − σ(x))); added to dx where `accumulate` says so.
func siluBackward(
  _ n: Int,
  _ dx: UnsafeMutablePointer<Float>,
  _ dy: UnsafePointer<Float>,
  _ x: UnsafePointer<Float>,
  _ accumulate: Bool
) {
  for i in 0..<n {
    let v = x[i]
    let s = 1 / (1 + exponential(-v))
    let d = dy[i] * (s * (1 + v * (1 - s)))
    dx[i] = accumulate ? dx[i] + d : d
  }
}
