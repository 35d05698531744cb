/// Adam with decoupled weight decay: Algorithm 2 of Loshchilov & Hutter, arXiv 1711.05101.
///
///     θ ← θ − η_t·(α·m̂/(√v̂ + ε) + λ·θ)           (line 12)
///
/// `AdamMoments` has lines 7 to 10. In the paper's dialect the decay is η_t·λ, not times α.
public struct AdamW: UpdateRule, Hashable {
  /// β1, β2, ε and the form.
  public let constants: AdamConstants

  /// The rule with these constants.
  public init(_ constants: AdamConstants) { self.constants = constants }

  /// "adamw".
  public var name: String { "adamw" }
  /// m and v.
  public var state: [StateArray] { constants.state }
  /// True: λ acts on the weights, apart from the gradient.
  public var decaysWeights: Bool { true }

  /// Algorithm 2 on one piece.
  public func update(_ span: UpdateSpan, _ scalars: StepScalars) {
    let moments = AdamMoments(constants, span, scalars)
    let decay = DecoupledDecay(constants.dialect, scalars)
    let (theta, g) = (span.parameters, span.gradients)
    for i in 0..<span.count { theta[i] = decay.moved(theta[i], by: moments.step(i, g[i])) }
  }
}
