/// Stochastic gradient descent with momentum: Algorithm 1 of Loshchilov & Hutter without decay.
///
///     m ← β1·m + η_t·α·g                         (line 8)
///     θ ← θ − m                                  (line 9)
///
/// The learning rate stands inside the momentum, as in the paper and in Keras; with a fixed rate that equals Torch's form.
public struct SGD: UpdateRule, Hashable {
  /// β1, the momentum factor.
  public let momentum: Double

  /// The rule with this momentum.
  public init(momentum: Double) { self.momentum = momentum }

  /// "sgd".
  public var name: String { "sgd" }
  /// m.
  public var state: [String] { ["momentum"] }
  /// No.
  public var decaysWeights: Bool { false }

  /// Algorithm 1 on one piece.
  public func update(_ span: UpdateSpan, _ scalars: StepScalars) {
    guard let m = span.state.0 else { preconditionFailure("SGD needs its momentum") }
    let (factor, scale) = (Float(momentum), Float(scalars.gradientScale))
    let rate = Float(scalars.multiplier * scalars.learningRate)
    let (theta, gradients) = (span.parameters, span.gradients)
    for i in 0..<span.count {
      let velocity = factor * m[i] + rate * (gradients[i] * scale)
      m[i] = velocity
      theta[i] -= velocity
    }
  }
}
