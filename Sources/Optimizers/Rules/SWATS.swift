import Tensors

/// Adam that turns into SGD (Keskar & Socher 2017, arXiv 1712.07628, Algorithm 1).
///
/// While it is Adam, p = −η_t·α·√(1 − β2^t)/(1 − β1^t)·m/(√v + ε) is projected onto the gradient,
/// over all elements of all ranks:
///
///     γ = p·p / (−p·g),  λ ← β2·λ + (1 − β2)·γ    (lines 10, 11)
///
/// and when |λ/(1 − β2^t) − γ| < τ for t > 1, Λ = λ/(1 − β2^t) is the rate of SGD from the next
/// step on:
///
///     m ← β1·m + g,  θ ← θ − (1 − β1)·η_t·Λ·m      (line 6)
///
/// m starts at 0 there. The paper has no schedule; η multiplies Λ as it does α, relative to the
/// step of the switch.
public struct SWATS: UpdateRule, Hashable {
  /// β1, β2, ε.
  public private(set) var constants: AdamConstants
  /// τ, how near λ and γ must come: 10⁻⁹ in the paper.
  public let tolerance: Double

  /// The rule with these constants.
  public init(_ constants: AdamConstants, tolerance: Double = 1e-9) {
    precondition(!constants.amsgrad, "SWATS has no AMSGrad")
    self.constants = constants
    self.constants.epsilonIsUncorrected = true
    self.tolerance = tolerance
  }

  /// "swats".
  public var name: String { "swats" }
  /// m, which is Adam's and then SGD's, and v.
  public var state: [StateArray] { constants.state }
  /// No.
  public var decaysWeights: Bool { false }
  /// p·p and p·g.
  public var sums: [String] { ["steps_squared", "steps_gradients"] }
  /// λ, Λ over η, and the step that was the last of Adam, 0 before.
  public var memory: [String] { ["averaged_rate", "sgd_rate", "last_adam_step"] }

  private func isSGD(_ scalars: StepScalars) -> Bool {
    scalars.memory[2] > 0 && Double(scalars.step) > scalars.memory[2]
  }

  /// p·p and p·g of one piece; zeros once it is SGD.
  public func sums(_ span: UpdateSpan, _ scalars: StepScalars) -> SIMD4<Double> {
    if isSGD(scalars) { return .zero }
    let moments = AdamMoments(constants, span, scalars)
    var sums = SIMD4<Double>.zero
    for i in 0..<span.count {
      let p = -Double(moments.foreseen(i, span.gradients[i]))
      sums[0] += p * p
      sums[1] += p * Double(span.gradients[i])
    }
    return sums
  }

  /// λ of this step, and whether it is Adam's last.
  public func remember(_ sums: SIMD4<Double>, _ scalars: StepScalars) -> SIMD4<Double> {
    var memory = scalars.memory
    guard memory[2] == 0, sums[1] != 0 else { return memory }
    let rate = sums[0] / -sums[1]
    memory[0] = constants.beta2 * memory[0] + (1 - constants.beta2) * rate
    let corrected = memory[0] / (1 - Elementary.power(constants.beta2, scalars.step))
    if scalars.step > 1, abs(corrected - rate) < tolerance {
      memory[1] = corrected / (scalars.multiplier > 0 ? scalars.multiplier : 1)
      memory[2] = Double(scalars.step)
    }
    return memory
  }

  /// Adam or SGD on one piece.
  public func update(_ span: UpdateSpan, _ scalars: StepScalars) {
    let (theta, g) = (span.parameters, span.gradients)
    guard isSGD(scalars) else {
      let moments = AdamMoments(constants, span, scalars)
      for i in 0..<span.count { theta[i] -= moments.step(i, g[i]) }
      return
    }
    let rate = Float((1 - constants.beta1) * scalars.multiplier * scalars.memory[1])
    let isFirst = Double(scalars.step) == scalars.memory[2] + 1
    let (b1, m) = (Float(constants.beta1), span.state(0))
    for i in 0..<span.count {
      let velocity = isFirst ? g[i] : b1 * m[i] + g[i]
      m[i] = velocity
      theta[i] -= rate * velocity
    }
  }
}
