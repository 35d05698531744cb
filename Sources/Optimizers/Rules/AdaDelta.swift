import CPlatform

/// AdaDelta (Zeiler 2012), the same in PyTorch, Keras and optax.
///
///     v ← ρ·v + (1 − ρ)·g²
///     δ = √(u + ε)/√(v + ε)·g
///     u ← ρ·u + (1 − ρ)·δ²
///     θ ← θ − η_t·α·δ
public struct AdaDelta: UpdateRule, Hashable {
  /// ρ, the decay rate of both mean squares.
  public let rho: Double
  /// ε.
  public let epsilon: Double

  /// The rule with these constants.
  public init(rho: Double, epsilon: Double) {
    self.rho = rho
    self.epsilon = epsilon
  }

  /// "adadelta".
  public var name: String { "adadelta" }
  /// v and u.
  public var state: [StateArray] { [StateArray("mean_square"), StateArray("mean_square_step")] }
  /// No.
  public var decaysWeights: Bool { false }

  /// AdaDelta on one piece.
  public func update(_ span: UpdateSpan, _ scalars: StepScalars) {
    let (r, c, eps, rate) = (Float(rho), Float(1 - rho), Float(epsilon), Float(scalars.rate))
    let (theta, gradients) = (span.parameters, span.gradients)
    let (v, u) = (span.state(0), span.state(1))
    for i in 0..<span.count {
      let g = gradients[i]
      let square = r * v[i] + c * g * g
      v[i] = square
      let delta = platform_sqrt(u[i] + eps) / platform_sqrt(square + eps) * g
      u[i] = r * u[i] + c * delta * delta
      theta[i] -= rate * delta
    }
  }
}
