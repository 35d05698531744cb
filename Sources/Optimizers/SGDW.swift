/// SGD with momentum and decoupled weight decay: Algorithm 1 of Loshchilov & Hutter, arXiv 1711.05101.
///
///     m ← β1·m + η_t·α·g                         (line 8)
///     θ ← θ − m − η_t·λ·θ                        (line 9)
public struct SGDW: UpdateRule, Hashable {
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

  /// "sgdw".
  public var name: String { "sgdw" }
  /// m.
  public var state: [StateArray] { [StateArray("momentum")] }
  /// Yes.
  public var decaysWeights: Bool { true }

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
    let decay = DecoupledDecay(dialect, scalars)
    let (theta, g) = (span.parameters, span.gradients)
    for i in 0..<span.count { theta[i] = decay.moved(theta[i], by: m.step(i, g[i])) }
  }
}
