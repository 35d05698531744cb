import Optimizers
import TestSupport
import Testing

/// Every rule of the catalog keeps the contract and follows its paper.
struct UpdateRuleTests {
  /// The textbook form of every rule of the catalog; a new rule needs a row.
  private static func textbook(_ name: String, _ constants: RuleConstants) -> TextbookRule? {
    switch name {
    case "adamw":
      .adamW(
        beta1: constants.betas.0,
        beta2: constants.betas.1,
        epsilon: constants.epsilon
      )
    case "sgd": .sgd(momentum: constants.momentum)
    default: nil
    }
  }

  @Test(arguments: UpdateRuleCatalog.rows.map(\.name))
  func rulesKeepTheContract(name: String) throws {
    let row = try UpdateRuleCatalog.row(name)
    for constants in [
      RuleConstants(betas: (0.9, 0.999), epsilon: 1e-8, momentum: 0.9),
      RuleConstants(betas: (0.5, 0.9), epsilon: 1e-3, momentum: 0),
      RuleConstants(betas: (0, 0.99), epsilon: 1e-5, momentum: 0.99),
    ] {
      let textbook = try #require(Self.textbook(name, constants), "\(name) has no textbook")
      let rule = row.rule(constants)
      #expect(rule.name == name)
      try checkUpdateRule(rule, textbook: textbook)
    }
  }

  @Test func onlyAdamWDecays() {
    let constants = RuleConstants(betas: (0.9, 0.999), epsilon: 1e-8, momentum: 0.9)
    let decaying = UpdateRuleCatalog.rows.filter { $0.rule(constants).decaysWeights }
    #expect(decaying.map(\.name) == ["adamw"])
    #expect(
      AdamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8).state == ["first_moment", "second_moment"]
    )
    #expect(SGD(momentum: 0.9).state == ["momentum"])
  }

  @Test func theFirstStepOfAdamWMovesByTheRate() throws {
    // m̂ / √v̂ is the gradient's sign at t = 1, so θ moves by η·α, whatever the gradient's size.
    let rule = AdamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-12)
    var (theta, gradient): ([Float], [Float]) = ([1, 1, 1], [1e-4, -20, 3])
    var (m, v): ([Float], [Float]) = ([0, 0, 0], [0, 0, 0])
    let scalars = StepScalars(
      step: 1,
      learningRate: 0.01,
      multiplier: 0.5,
      decay: 0.1,
      gradientScale: 0.25
    )
    theta.withUnsafeMutableBufferPointer { theta in
      gradient.withUnsafeMutableBufferPointer { gradient in
        m.withUnsafeMutableBufferPointer { m in
          v.withUnsafeMutableBufferPointer { v in
            rule.update(
              UpdateSpan(
                count: 3,
                parameters: theta.baseAddress!,
                gradients: UnsafePointer(gradient.baseAddress!),
                state: (m.baseAddress, v.baseAddress)
              ),
              scalars
            )
          }
        }
      }
    }
    let expected: [Float] = [0.945, 0.955, 0.945]
    #expect(zip(theta, expected).allSatisfy { abs($0 - $1) < 1e-6 }, "\(theta)")
  }
}
