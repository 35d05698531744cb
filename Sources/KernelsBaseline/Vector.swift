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

/// Vectors that one dimension of a transform takes or gives.
typealias Three = (Vector, Vector, Vector)
typealias Four = (Vector, Vector, Vector, Vector)
typealias Five = (Vector, Vector, Vector, Vector, Vector)
typealias Six = (Vector, Vector, Vector, Vector, Vector, Vector)

/// Three vectors, `step` floats apart, of the first `n` ≤ 16 floats each.
@inline(__always)
func loadThree(_ p: UnsafePointer<Float>, _ step: Int, _ n: Int = 16) -> Three {
  (load(p, n), load(p + step, n), load(p + 2 &* step, n))
}

/// Four vectors, as `loadThree`.
@inline(__always)
func loadFour(_ p: UnsafePointer<Float>, _ step: Int, _ n: Int = 16) -> Four {
  (load(p, n), load(p + step, n), load(p + 2 &* step, n), load(p + 3 &* step, n))
}

/// Five vectors, as `loadThree`.
@inline(__always)
func loadFive(_ p: UnsafePointer<Float>, _ step: Int, _ n: Int = 16) -> Five {
  let v = loadFour(p, step, n)
  return (v.0, v.1, v.2, v.3, load(p + 4 &* step, n))
}

/// Six vectors, as `loadThree`.
@inline(__always)
func loadSix(_ p: UnsafePointer<Float>, _ step: Int, _ n: Int = 16) -> Six {
  let v = loadFive(p, step, n)
  return (v.0, v.1, v.2, v.3, v.4, load(p + 5 &* step, n))
}

/// Writes the first `n` ≤ 16 floats of three vectors, `step` floats apart.
@inline(__always)
func store(_ p: UnsafeMutablePointer<Float>, _ step: Int, _ v: Three, _ n: Int = 16) {
  store(p, v.0, n)
  store(p + step, v.1, n)
  store(p + 2 &* step, v.2, n)
}

/// The same of four.
@inline(__always)
func store(_ p: UnsafeMutablePointer<Float>, _ step: Int, _ v: Four, _ n: Int = 16) {
  store(p, step, (v.0, v.1, v.2), n)
  store(p + 3 &* step, v.3, n)
}

/// The same of five.
@inline(__always)
func store(_ p: UnsafeMutablePointer<Float>, _ step: Int, _ v: Five, _ n: Int = 16) {
  store(p, step, (v.0, v.1, v.2, v.3), n)
  store(p + 4 &* step, v.4, n)
}

/// The same of six.
@inline(__always)
func store(_ p: UnsafeMutablePointer<Float>, _ step: Int, _ v: Six, _ n: Int = 16) {
  store(p, step, (v.0, v.1, v.2, v.3, v.4), n)
  store(p + 5 &* step, v.5, n)
}
