/// SGD with momentum and decoupled weight decay: Algorithm 1 of Loshchilov & Hutter, arXiv
/// 1711.05101.
///
///     m ← β1·m + η_t·α·g                         (line 8)
///     θ ← θ − m − η_t·λ·θ                        (line 9)
public struct SGDW: UpdateRule, Hashable {
  /// β1, τ and the form.
  public let constants: MomentumConstants

  /// The rule with these constants.
  public init(_ constants: MomentumConstants) { self.constants = constants }

  /// "sgdw".
  public var name: String { "sgdw" }
  /// m.
  public var state: [StateArray] { [StateArray("momentum")] }
  /// True: λ acts on the weights, apart from the gradient.
  public var decaysWeights: Bool { true }

  /// Algorithm 1 on one piece.
  public func update(_ span: UpdateSpan, _ scalars: StepScalars) {
    let m = Momentum(constants, span, scalars)
    let decay = DecoupledDecay(constants.dialect, scalars)
    let (theta, g) = (span.parameters, span.gradients)
    for i in 0..<span.count { theta[i] = decay.moved(theta[i], by: m.step(i, g[i])) }
  }
}
