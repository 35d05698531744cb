import CPlatform

/// AdaGrad (Duchi, Hazan & Singer 2011).
///
///     s ← s + g²
///     θ ← θ − η_t·α·g/(√s + ε)                   (PyTorch, where s starts at 0)
///     θ ← θ − η_t·α·g/√(s + ε)                   (Keras and optax, where s starts at 0.1)
public struct AdaGrad: UpdateRule, Hashable {
  /// ε.
  public let epsilon: Double
  /// What s starts with.
  public let initial: Double
  /// Whose form.
  public let dialect: Dialect

  /// The rule with these constants.
  public init(epsilon: Double, initial: Double, dialect: Dialect) {
    self.epsilon = epsilon
    self.initial = initial
    self.dialect = dialect
  }

  /// "adagrad".
  public var name: String { "adagrad" }
  /// s.
  public var state: [StateArray] { [StateArray("sum_of_squares", initial: Float(initial))] }
  /// No.
  public var decaysWeights: Bool { false }

  /// AdaGrad on one piece.
  public func update(_ span: UpdateSpan, _ scalars: StepScalars) {
    let (rate, eps) = (Float(scalars.rate), Float(epsilon))
    let (inside, outside) = dialect.epsilonIsUnderRoot ? (eps, 0) : (0, eps)
    let (theta, gradients, s) = (span.parameters, span.gradients, span.state(0))
    for i in 0..<span.count {
      let g = gradients[i]
      let sum = s[i] + g * g
      s[i] = sum
      theta[i] -= rate * g / (platform_sqrt(sum + inside) + outside)
    }
  }
}
