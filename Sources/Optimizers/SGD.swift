/// Stochastic gradient descent with momentum: Algorithm 1 of Loshchilov & Hutter without decay (lines 8 and 9).
///
///     m ← β1·m + η_t·α·g
///     θ ← θ − m
///
/// `Momentum` has the other dialects, dampening and Nesterov's form (Sutskever et al. 2013).
public struct SGD: UpdateRule, Hashable {
  /// β1, the momentum factor.
  public let momentum: Double
  /// τ of Torch.
  public let dampening: Double
  /// Whether the step looks ahead.
  public let nesterov: Bool
  /// Whose form.
  public let dialect: Dialect

  /// The rule with these constants.
  public init(
    momentum: Double,
    dampening: Double = 0,
    nesterov: Bool = false,
    dialect: Dialect = .paper
  ) {
    self.momentum = momentum
    self.dampening = dampening
    self.nesterov = nesterov
    self.dialect = dialect
  }

  /// "sgd".
  public var name: String { "sgd" }
  /// m.
  public var state: [StateArray] { [StateArray("momentum")] }
  /// No.
  public var decaysWeights: Bool { false }

  /// Algorithm 1 on one piece.
  public func update(_ span: UpdateSpan, _ scalars: StepScalars) {
    let m = Momentum(
      momentum,
      dampening: dampening,
      nesterov: nesterov,
      dialect,
      scalars,
      span.state(0)
    )
    let (theta, g) = (span.parameters, span.gradients)
    for i in 0..<span.count { theta[i] -= m.step(i, g[i]) }
  }
}
