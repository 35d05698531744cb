import CPlatform

/// Writes the nine weights of `rows` × `columns` ≤ 16×16 pairs of channels as [9][i][16 j], zeros behind the last j; `out` holds ten blocks.
///
/// Position (r, s) of pair (i, j) is read at w[r·rowStep + s·columnStep + i + j·inner]. Also asks for the next sixteen columns.
@inline(__always)
func turnWeights(
  _ rows: Int,
  _ columns: Int,
  _ w: UnsafePointer<Float>,
  _ rowStep: Int,
  _ columnStep: Int,
  _ inner: Int,
  _ out: UnsafeMutablePointer<Float>
) {
  for r in 0..<3 {
    for s in 0..<3 {
      let p = w + r &* rowStep + s &* columnStep
      let to = out + (3 &* r &+ s) &* 256
      for j in 0..<columns {
        platform_prefetch(p + (16 &+ j) &* inner)
        store(to + 16 &* j, load(p + j &* inner, rows))
      }
      for j in columns..<16 { store(to + 16 &* j, .zero) }
      turn(to, out + 9 &* 256)
    }
  }
}

/// Transposes 16×16 floats in place.
///
/// Four times the first eight vectors are shuffled into the last eight; each turns the eight bits of an element's number by one.
@inline(__always)
private func turn(_ p: UnsafeMutablePointer<Float>, _ spare: UnsafeMutablePointer<Float>) {
  var (from, to) = (p, spare)
  for _ in 0..<4 {
    for i in 0..<8 {
      let (a, b) = (load(from + 16 &* i), load(from + 16 &* (i &+ 8)))
      var (low, high) = (a, a)
      (low.evenHalf, low.oddHalf) = (a.lowHalf, b.lowHalf)
      (high.evenHalf, high.oddHalf) = (a.highHalf, b.highHalf)
      store(to + 32 &* i, low)
      store(to + 32 &* i + 16, high)
    }
    (from, to) = (to, from)
  }
}

/// Asks for nine weights of sixteen pairs: as many streams, far apart, are more than the CPU follows by itself.
@inline(__always)
func prefetchWeights(_ p: UnsafePointer<Float>, _ rowStep: Int, _ columnStep: Int) {
  for r in 0..<3 {
    for s in 0..<3 { platform_prefetch(p + r &* rowStep + s &* columnStep) }
  }
}
