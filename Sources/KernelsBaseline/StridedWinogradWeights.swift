import CKernels

/// One dimension: the weight of the even pixels as it is, and G of the two of the odd ones.
@inline(__always)
private func frequencies(_ g: Three) -> Six {
  let third: Float = -1 / 3
  let half: Float = -8 / 3
  return (g.1, 2 * g.0, g.0 + g.2, third * (g.0 - g.2), half * (g.0 + 0.5 * g.2), g.2)
}

/// One dimension of the transpose: six frequencies to three weights.
@inline(__always)
private func weights(_ u: Six) -> Three {
  let third: Float = -1 / 3
  let a: Float = -8 / 3
  let minus = third * u.3
  let half = a * u.4
  return ((2 * u.1 + u.2) + (minus + half), u.0, (u.2 + u.5) + (0.5 * half - minus))
}

/// The 36 transformed weights of a block of pairs of channels: 6·(row's) + (column's), the even one
/// first.
///
/// `scratch` holds 2848 floats.
func stridedWinogradWeights(
  _ block: WeightBlock,
  _ w: UnsafePointer<Float>,
  _ u: UnsafeMutablePointer<Float>,
  _ scratch: UnsafeMutablePointer<Float>
) {
  transformWeights(block, w, u, scratch, frequencies)
}

/// The gradient of nine weights from that of the 36 transformed ones, for `n` pairs of channels.
///
/// `scratch` holds 288 floats.
func stridedWinogradWeightGradient(
  _ n: Int,
  _ u: UnsafePointer<Float>,
  _ stride: Int,
  _ dw: UnsafeMutablePointer<Float>,
  _ pitch: Int,
  _ scratch: UnsafeMutablePointer<Float>
) {
  transformWeightGradient(n, u, stride, dw, pitch, scratch, weights)
}
