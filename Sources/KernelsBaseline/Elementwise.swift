// Pointers and scalars only in this target: an array, a generic or a struct here would emit shared symbols compiled for one
// instruction set, of which the linker keeps one for the whole program.

/// into += from.
public func add(_ n: Int, _ into: UnsafeMutablePointer<Float>, _ from: UnsafePointer<Float>) {
  for i in 0..<n { into[i] += from[i] }
}

/// out = a + b.
public func sum(
  _ n: Int,
  _ out: UnsafeMutablePointer<Float>,
  _ a: UnsafePointer<Float>,
  _ b: UnsafePointer<Float>
) {
  for i in 0..<n { out[i] = a[i] + b[i] }
}

/// out[p, c] += bias[c].
public func addBias(
  _ pixels: Int,
  _ channels: Int,
  _ out: UnsafeMutablePointer<Float>,
  _ bias: UnsafePointer<Float>
) {
  for p in 0..<pixels {
    let o = out + p &* channels
    for c in 0..<channels { o[c] += bias[c] }
  }
}

/// sums[c] = Σ over pixels of x[p, c], pixel after pixel.
public func channelSums(
  _ pixels: Int,
  _ channels: Int,
  _ x: UnsafePointer<Float>,
  _ sums: UnsafeMutablePointer<Float>
) {
  for c in 0..<channels { sums[c] = 0 }
  for p in 0..<pixels {
    let i = x + p &* channels
    for c in 0..<channels { sums[c] += i[c] }
  }
}
