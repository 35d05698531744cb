/// One dimension: the weight of the even pixels as it is, and G of the two of the odd ones.
@inline(__always)
private func frequencies(_ g0: Vector, _ g1: Vector, _ g2: Vector) -> Frequencies {
  let third: Float = -1 / 3
  let half: Float = -8 / 3
  return (g1, 2 * g0, g0 + g2, third * (g0 - g2), half * (g0 + 0.5 * g2), g2)
}

/// One dimension of the transpose: six frequencies to three weights.
@inline(__always)
private func weights(
  _ u0: Vector,
  _ u1: Vector,
  _ u2: Vector,
  _ u3: Vector,
  _ u4: Vector,
  _ u5: Vector
) -> (Vector, Vector, Vector) {
  let third: Float = -1 / 3
  let a: Float = -8 / 3
  let minus = third * u3
  let half = a * u4
  return ((2 * u1 + u2) + (minus + half), u0, (u2 + u5) + (0.5 * half - minus))
}

/// The 36 transformed weights of the kernels of `rows` × `columns` pairs of channels: 6·(row's) + (column's), the even one first.
///
/// Kernel position (r, s) of pair (i, j) is read at w[r·rowStep + s·columnStep + i·outer + j·inner], where inner or outer is 1, so that
/// the rotated and transposed kernel of backward-data can be read; frequency f is written at u[f·stride + i·pitch + j]. `scratch` holds 2848
/// floats.
public func stridedWinogradWeights(
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
  transformWeights(
    rows,
    columns,
    w,
    rowStep,
    columnStep,
    outer,
    inner,
    u,
    stride,
    pitch,
    scratch,
    frequencies
  )
}

/// The gradient of nine weights from that of the 36 transformed ones, for `n` pairs of channels.
///
/// Frequency f of pair e is u[f·stride + e]; position p = 3·r + s is written at dw[p·pitch + e]. `scratch` holds 288 floats.
public func stridedWinogradWeightGradient(
  _ n: Int,
  _ u: UnsafePointer<Float>,
  _ stride: Int,
  _ dw: UnsafeMutablePointer<Float>,
  _ pitch: Int,
  _ scratch: UnsafeMutablePointer<Float>
) {
  transformWeightGradient(n, u, stride, dw, pitch, scratch, weights)
}
