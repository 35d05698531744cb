import CPlatform

/// One dimension of G·g: three weights to six frequencies.
@inline(__always)
private func frequencies(_ g0: Vector, _ g1: Vector, _ g2: Vector) -> (
  Vector, Vector, Vector, Vector, Vector, Vector
) {
  let third: Float = 1 / 3
  let half: Float = -16 / 15
  let two: Float = 1 / 15
  let ends = g0 + g2
  return (
    g0, third * (ends + g1), third * (g1 - ends), half * ((g0 + 0.5 * g1) + 0.25 * g2),
    two * ((g0 - 2 * g1) + 4 * g2), g2
  )
}

/// One dimension of Gᵀ·u: six frequencies to three weights.
@inline(__always)
private func weights(
  _ u0: Vector,
  _ u1: Vector,
  _ u2: Vector,
  _ u3: Vector,
  _ u4: Vector,
  _ u5: Vector
) -> (Vector, Vector, Vector) {
  let third: Float = 1 / 3
  let ends = third * (u1 - u2)
  let a: Float = -16 / 15
  let b: Float = 1 / 15
  let half = a * u3
  let two = b * u4
  return (
    (u0 + ends) + (half + two), third * (u1 + u2) + (0.5 * half - 2 * two),
    (u5 + ends) + (0.25 * half + 4 * two)
  )
}

/// G g Gᵀ of the kernels of `rows` × `columns` pairs of channels.
///
/// Kernel position (r, s) of pair (i, j) is read at w[r·rowStep + s·columnStep + i·outer + j·inner], where inner or outer is 1, so that
/// the rotated and transposed kernel of backward-data can be read; frequency f is written at u[f·stride + i·pitch + j]. `scratch` holds 2848
/// floats.
public func winogradWeights(
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
  _ scratch: UnsafeMutablePointer<Float>
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

/// Gᵀ u G for `n` pairs of channels: the gradient of nine weights from that of 36 frequencies.
///
/// Frequency f of pair e is u[f·stride + e]; position p = 3·r + s is written at dw[p·pitch + e].
public func winogradWeightGradient(
  _ n: Int,
  _ u: UnsafePointer<Float>,
  _ stride: Int,
  _ dw: UnsafeMutablePointer<Float>,
  _ pitch: Int,
  _ scratch: UnsafeMutablePointer<Float>
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
