/// Adam (Kingma & Ba 2015): Algorithm 2 of Loshchilov & Hutter without decay; L2 reaches it through
/// the gradient.
///
///     θ ← θ − η_t·α·m̂/(√v̂ + ε)                   (line 12)
public struct Adam: UpdateRule, Hashable {
  /// β1, β2, ε and the form.
  public let constants: AdamConstants

  /// The rule with these constants.
  public init(_ constants: AdamConstants) { self.constants = constants }

  /// "adam".
  public var name: String { "adam" }
  /// m and v.
  public var state: [StateArray] { constants.state }
  /// No.
  public var decaysWeights: Bool { false }

  /// Adam on one piece.
  public func update(_ span: UpdateSpan, _ scalars: StepScalars) {
    let moments = AdamMoments(constants, span, scalars)
    let (theta, g) = (span.parameters, span.gradients)
    for i in 0..<span.count { theta[i] -= moments.step(i, g[i]) }
  }
}
