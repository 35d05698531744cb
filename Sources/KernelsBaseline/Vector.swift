/// Sixteen floats: one register with AVX-512, two with AVX2, four without.
typealias Vector = SIMD16<Float>

/// The `n` ≤ 16 floats at `p`, zeros behind them.
@inline(__always)
func load(_ p: UnsafePointer<Float>, _ n: Int) -> Vector {
  if n == 16 { return UnsafeRawPointer(p).loadUnaligned(as: Vector.self) }
  // Through memory: setting elements of a vector in a register is far slower.
  var v = Vector.zero
  withUnsafeMutableBytes(of: &v) { bytes in
    let floats = bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Float.self)
    for i in 0..<n { floats[i] = p[i] }
  }
  return v
}

/// Sixteen floats.
@inline(__always)
func load(_ p: UnsafePointer<Float>) -> Vector {
  UnsafeRawPointer(p).loadUnaligned(as: Vector.self)
}

/// Writes the first `n` ≤ 16 floats of `v`.
@inline(__always)
func store(_ p: UnsafeMutablePointer<Float>, _ v: Vector, _ n: Int) {
  if n == 16 {
    UnsafeMutableRawPointer(p).storeBytes(of: v, as: Vector.self)
  } else {
    withUnsafeBytes(of: v) { bytes in
      let floats = bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Float.self)
      for i in 0..<n { p[i] = floats[i] }
    }
  }
}

/// Writes sixteen floats.
@inline(__always)
func store(_ p: UnsafeMutablePointer<Float>, _ v: Vector) {
  UnsafeMutableRawPointer(p).storeBytes(of: v, as: Vector.self)
}

/// max(v, 0) that keeps NaN, or a diverged run would look healthy.
@inline(__always)
func rectified(_ v: Vector) -> Vector { v.replacing(with: 0, where: v .< 0) }
