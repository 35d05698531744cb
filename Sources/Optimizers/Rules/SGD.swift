/// Stochastic gradient descent with momentum: Algorithm 1 of Loshchilov & Hutter without decay
/// (lines 8 and 9).
///
///     m ← β1·m + η_t·α·g
///     θ ← θ − m
///
/// `Momentum` has the other dialects, dampening and Nesterov's form (Sutskever et al. 2013).
public struct SGD: UpdateRule, Hashable {
  /// β1, τ and the form.
  public let constants: MomentumConstants

  /// The rule with these constants.
  public init(_ constants: MomentumConstants) { self.constants = constants }

  /// "sgd".
  public var name: String { "sgd" }
  /// m.
  public var state: [StateArray] { [StateArray("momentum")] }
  /// No.
  public var decaysWeights: Bool { false }

  /// Algorithm 1 on one piece.
  public func update(_ span: UpdateSpan, _ scalars: StepScalars) {
    let m = Momentum(constants, span, scalars)
    let (theta, g) = (span.parameters, span.gradients)
    for i in 0..<span.count { theta[i] -= m.step(i, g[i]) }
  }
}
