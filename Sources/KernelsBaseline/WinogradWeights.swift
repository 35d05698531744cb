/// One dimension of G·g: three weights to six frequencies.
@inline(__always)
private func frequencies(_ g0: Vector, _ g1: Vector, _ g2: Vector) -> Frequencies {
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
  transformWeightGradient(n, u, stride, dw, pitch, scratch, weights)
}
