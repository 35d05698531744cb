import CKernels

/// One dimension of G·g: three weights to six frequencies.
@inline(__always)
private func frequencies(_ g: Three) -> Six {
  let third: Float = 1 / 3
  let half: Float = -16 / 15
  let two: Float = 1 / 15
  let ends = g.0 + g.2
  return (
    g.0, third * (ends + g.1), third * (g.1 - ends), half * ((g.0 + 0.5 * g.1) + 0.25 * g.2),
    two * ((g.0 - 2 * g.1) + 4 * g.2), g.2
  )
}

/// One dimension of Gᵀ·u: six frequencies to three weights.
@inline(__always)
private func weights(_ u: Six) -> Three {
  let third: Float = 1 / 3
  let ends = third * (u.1 - u.2)
  let a: Float = -16 / 15
  let b: Float = 1 / 15
  let half = a * u.3
  let two = b * u.4
  return (
    (u.0 + ends) + (half + two), third * (u.1 + u.2) + (0.5 * half - 2 * two),
    (u.5 + ends) + (0.25 * half + 4 * two)
  )
}

/// G g Gᵀ of the kernels of a block of pairs of channels.
///
/// `scratch` holds 2848 floats.
func winogradWeights(
  _ block: WeightBlock,
  _ w: UnsafePointer<Float>,
  _ u: UnsafeMutablePointer<Float>,
  _ scratch: UnsafeMutablePointer<Float>
) {
  transformWeights(block, w, u, scratch, frequencies)
}

/// Gᵀ u G for `n` pairs of channels: the gradient of nine weights from that of 36 frequencies.
///
/// `scratch` holds 288 floats.
func winogradWeightGradient(
  _ n: Int,
  _ u: UnsafePointer<Float>,
  _ stride: Int,
  _ dw: UnsafeMutablePointer<Float>,
  _ pitch: Int,
  _ scratch: UnsafeMutablePointer<Float>
) {
  transformWeightGradient(n, u, stride, dw, pitch, scratch, weights)
}
