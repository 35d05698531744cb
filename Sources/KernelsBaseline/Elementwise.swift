// No arrays and no generics in this target: they would emit shared symbols compiled for one
// instruction set, of which the linker keeps one for the whole program. What crosses its border is
// C (CKernels). Loops are written in vectors, because the compiler's own become scalar where two of
// the pointers may be the same.

/// into += from.
func add(_ n: Int, _ into: UnsafeMutablePointer<Float>, _ from: UnsafePointer<Float>) {
  sum(n, into, into, from)
}

/// out = a + b; out may be a or b.
func sum(
  _ n: Int,
  _ out: UnsafeMutablePointer<Float>,
  _ a: UnsafePointer<Float>,
  _ b: UnsafePointer<Float>
) {
  var i = 0
  while i &+ 16 <= n {
    store(out + i, load(a + i) + load(b + i))
    i &+= 16
  }
  while i < n {
    out[i] = a[i] + b[i]
    i &+= 1
  }
}

/// out[p, c] += bias[c].
func addBias(
  _ pixels: Int,
  _ channels: Int,
  _ out: UnsafeMutablePointer<Float>,
  _ bias: UnsafePointer<Float>
) {
  mapChannels(pixels, channels, out, out) { $3 + load(bias + $1, $2) }
}

/// sums[c] = Σ over pixels of x[p, c], pixel after pixel.
func channelSums(
  _ pixels: Int,
  _ channels: Int,
  _ x: UnsafePointer<Float>,
  _ sums: UnsafeMutablePointer<Float>
) {
  var c = 0
  // Four vectors at a time, so that memory is read in its order.
  while c &+ 64 <= channels {
    var (s0, s1, s2, s3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    for p in 0..<pixels {
      let i = x + (p &* channels &+ c)
      s0 += load(i)
      s1 += load(i + 16)
      s2 += load(i + 32)
      s3 += load(i + 48)
    }
    store(sums + c, s0)
    store(sums + c + 16, s1)
    store(sums + c + 32, s2)
    store(sums + c + 48, s3)
    c &+= 64
  }
  while c &+ 16 <= channels {
    var s = Vector.zero
    for p in 0..<pixels { s += load(x + (p &* channels &+ c)) }
    store(sums + c, s)
    c &+= 16
  }
  if c < channels {
    let rest = channels &- c
    var s = Vector.zero
    for p in 0..<pixels { s += load(x + (p &* channels &+ c), rest) }
    store(sums + c, s, rest)
  }
}
