import CPlatform

/// RMSProp (Tieleman & Hinton 2012), with momentum and centred if wanted (Graves 2013).
///
///     v ← ρ·v + (1 − ρ)·g²;  centred: a ← ρ·a + (1 − ρ)·g, and v − a² stands for v
///     d = g/(√v + ε)                             (PyTorch), g/√(v + ε) (Keras, optax)
///     m ← μ·m + d;  θ ← θ − η_t·α·m              (PyTorch); ηα enters m in Keras and optax
public struct RMSProp: UpdateRule, Hashable {
  /// ρ, the decay rate of the mean square; PyTorch calls it alpha.
  public let rho: Double
  /// ε.
  public let epsilon: Double
  /// μ, the momentum factor.
  public let momentum: Double
  /// Whether the variance replaces the mean square.
  public let centered: Bool
  /// Whose form.
  public let dialect: Dialect

  /// The rule with these constants.
  public init(rho: Double, epsilon: Double, momentum: Double, centered: Bool, dialect: Dialect) {
    self.rho = rho
    self.epsilon = epsilon
    self.momentum = momentum
    self.centered = centered
    self.dialect = dialect
  }

  /// "rmsprop".
  public var name: String { "rmsprop" }
  /// v; m with momentum; a when centred.
  public var state: [StateArray] {
    [StateArray("mean_square")] + (momentum > 0 ? [StateArray("momentum")] : [])
      + (centered ? [StateArray("mean")] : [])
  }
  /// No.
  public var decaysWeights: Bool { false }

  /// RMSProp on one piece.
  public func update(_ span: UpdateSpan, _ scalars: StepScalars) {
    let (r, c, eps) = (Float(rho), Float(1 - rho), Float(epsilon))
    let isUnderRoot = dialect.epsilonIsUnderRoot
    let (inside, outside) = isUnderRoot ? (eps, 0) : (0, eps)
    let (rate, mu) = (Float(scalars.rate), Float(momentum))
    let (enters, applies): (Float, Float) = isUnderRoot ? (rate, 1) : (1, rate)
    let (theta, gradients, v) = (span.parameters, span.gradients, span.state(0))
    let m = momentum > 0 ? span.state(1) : nil
    let a = centered ? span.state(momentum > 0 ? 2 : 1) : nil
    for i in 0..<span.count {
      let g = gradients[i]
      var square = r * v[i] + c * g * g
      v[i] = square
      if let a {
        let mean = r * a[i] + c * g
        a[i] = mean
        // Rounding may leave a little less than nothing.
        square = max(square - mean * mean, 0)
      }
      var step = enters * (g / (platform_sqrt(square + inside) + outside))
      if let m {
        step += mu * m[i]
        m[i] = step
      }
      theta[i] -= applies * step
    }
  }
}
