import CPlatform
import Tensors

/// Adam with decoupled weight decay: Algorithm 2 of Loshchilov & Hutter, arXiv 1711.05101.
///
///     m ← β1·m + (1 − β1)·g                      (line 7)
///     v ← β2·v + (1 − β2)·g²                     (line 8)
///     θ ← θ − η_t·(α·m̂/(√v̂ + ε) + λ·θ)           (line 12)
///
/// with m̂ = m/(1 − β1^t), v̂ = v/(1 − β2^t). The decay is η_t·λ, not times α.
public struct AdamW: UpdateRule, Hashable {
  /// β1, the decay rate of the first moment.
  public let beta1: Double
  /// β2, the decay rate of the second moment.
  public let beta2: Double
  /// ε, added to √v̂.
  public let epsilon: Double

  /// The rule with these constants.
  public init(beta1: Double, beta2: Double, epsilon: Double) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
  }

  /// "adamw".
  public var name: String { "adamw" }
  /// m and v.
  public var state: [String] { ["first_moment", "second_moment"] }
  /// Yes.
  public var decaysWeights: Bool { true }

  /// Algorithm 2 on one piece.
  public func update(_ span: UpdateSpan, _ scalars: StepScalars) {
    guard let m = span.state.0, let v = span.state.1 else {
      preconditionFailure("AdamW needs its two moments")
    }
    let (b1, b2, eps) = (Float(beta1), Float(beta2), Float(epsilon))
    let (c1, c2) = (Float(1 - beta1), Float(1 - beta2))
    let scale = Float(scalars.gradientScale)
    let correction1 = 1 - Elementary.power(beta1, scalars.step)
    let correction2 = 1 - Elementary.power(beta2, scalars.step)
    let rate = Float(scalars.multiplier * scalars.learningRate / correction1)
    let root = Float(1 / correction2.squareRoot())
    let decay = Float(scalars.multiplier * scalars.decay)
    let (theta, gradients) = (span.parameters, span.gradients)
    for i in 0..<span.count {
      let g = gradients[i] * scale
      let first = b1 * m[i] + c1 * g
      let second = b2 * v[i] + c2 * g * g
      m[i] = first
      v[i] = second
      let t = theta[i]
      theta[i] = t - (rate * first / (platform_sqrt(second) * root + eps) + decay * t)
    }
  }
}
