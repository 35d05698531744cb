import CPlatform

/// Six vectors, one for each frequency of a dimension.
typealias Frequencies = (Vector, Vector, Vector, Vector, Vector, Vector)

/// Transforms the kernels of `rows` × `columns` pairs of channels by `frequencies` in both dimensions.
///
/// Kernel position (r, s) of pair (i, j) is read at w[r·rowStep + s·columnStep + i·outer + j·inner], where inner or outer is 1, so that
/// the rotated and transposed kernel of backward-data can be read; frequency f = 6·(row's) + (column's) is written at
/// u[f·stride + i·pitch + j]. `scratch` holds 2848 floats.
@inline(__always)
func transformWeights(
  _ rows: Int,
  _ columns: Int,
  _ w: UnsafePointer<Float>,
  _ rowStep: Int,
  _ columnStep: Int,
  _ outer: Int,
  _ inner: Int,
  _ u: UnsafeMutablePointer<Float>,
  _ stride: Int,
  _ pitch: Int,
  _ scratch: UnsafeMutablePointer<Float>,
  _ frequencies: (Vector, Vector, Vector) -> Frequencies
) {
  let isTurned = inner != 1
  let turned = scratch + 288
  var i0 = 0
  while i0 < rows {
    let height = min(16, rows &- i0)
    var j = 0
    while j < columns {
      let count = min(16, columns &- j)
      let block = w + i0 &* outer + j &* inner
      if isTurned { turnWeights(height, count, block, rowStep, columnStep, inner, turned) }
      let from = isTurned ? UnsafePointer(turned) : block
      let (down, right, pitchW) = isTurned ? (768, 256, 16) : (rowStep, columnStep, outer)
      for i in 0..<height {
        let g = from + i &* pitchW
        if !isTurned { prefetchWeights(g + 4 &* outer, rowStep, columnStep) }
        for r in 0..<3 {
          let p = g + r &* down
          let f = frequencies(
            load(p, count),
            load(p + right, count),
            load(p + 2 &* right, count)
          )
          let s = scratch + r &* 96
          store(s, f.0)
          store(s + 16, f.1)
          store(s + 32, f.2)
          store(s + 48, f.3)
          store(s + 64, f.4)
          store(s + 80, f.5)
        }
        for k in 0..<6 {
          let s = scratch + k &* 16
          let f = frequencies(load(s), load(s + 96), load(s + 192))
          let o = u + k &* stride + (i0 &+ i) &* pitch + j
          let step = 6 &* stride
          for q in 0..<6 { platform_prefetch(o + q &* step + 4 &* pitch) }
          store(o, f.0, count)
          store(o + step, f.1, count)
          store(o + 2 &* step, f.2, count)
          store(o + 3 &* step, f.3, count)
          store(o + 4 &* step, f.4, count)
          store(o + 5 &* step, f.5, count)
        }
      }
      j &+= 16
    }
    i0 &+= 16
  }
}

/// The transpose of `transformWeights` for `n` pairs of channels, by the transpose `weights` of one dimension.
///
/// Frequency f of pair e is u[f·stride + e]; position p = 3·r + s is written at dw[p·pitch + e]. `scratch` holds 288 floats.
@inline(__always)
func transformWeightGradient(
  _ n: Int,
  _ u: UnsafePointer<Float>,
  _ stride: Int,
  _ dw: UnsafeMutablePointer<Float>,
  _ pitch: Int,
  _ scratch: UnsafeMutablePointer<Float>,
  _ weights: (Vector, Vector, Vector, Vector, Vector, Vector) -> (Vector, Vector, Vector)
) {
  var e = 0
  while e < n {
    let count = min(16, n &- e)
    for j in 0..<6 {
      let q = u + j &* stride + e
      let step = 6 &* stride
      let g = weights(
        load(q, count),
        load(q + step, count),
        load(q + 2 &* step, count),
        load(q + 3 &* step, count),
        load(q + 4 &* step, count),
        load(q + 5 &* step, count)
      )
      store(scratch + j &* 16, g.0)
      store(scratch + 96 + j &* 16, g.1)
      store(scratch + 192 + j &* 16, g.2)
    }
    for r in 0..<3 {
      let s = scratch + r &* 96
      let g = weights(
        load(s),
        load(s + 16),
        load(s + 32),
        load(s + 48),
        load(s + 64),
        load(s + 80)
      )
      let o = dw + 3 &* r &* pitch + e
      store(o, g.0, count)
      store(o + pitch, g.1, count)
      store(o + 2 &* pitch, g.2, count)
    }
    e &+= 16
  }
}

/// Writes the nine weights of `rows` × `columns` ≤ 16×16 pairs of channels as [9][i][16 j], zeros behind the last j; `out` holds ten blocks.
///
/// Position (r, s) of pair (i, j) is read at w[r·rowStep + s·columnStep + i + j·inner]. Also asks for the next sixteen columns.
@inline(__always)
private func turnWeights(
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
private func prefetchWeights(_ p: UnsafePointer<Float>, _ rowStep: Int, _ columnStep: Int) {
  for r in 0..<3 {
    for s in 0..<3 { platform_prefetch(p + r &* rowStep + s &* columnStep) }
  }
}
