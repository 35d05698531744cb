import Optimizers
import Tensors
import TestSupport
import Testing

/// Every rule of the catalog keeps the contract and follows its paper.
struct UpdateRuleTests {
  /// The textbook form of every rule of the catalog in the paper's dialect; a new rule needs a row.
  private static func textbook(_ name: String, _ constants: RuleConstants) -> TextbookRule? {
    switch name {
    case "adamw": .adam(constants, decays: true)
    case "adam": .adam(constants, decays: false)
    // As long as its rates differ.
    case "swats": .adam(constants, decays: false, epsilonIsUncorrected: true)
    case "sgdw": .sgd(constants, decays: true)
    case "sgd": .sgd(constants, decays: false)
    case "adagrad": .adaGrad(constants)
    case "rmsprop": .rmsProp(constants)
    case "adadelta": .adaDelta(constants)
    default: nil
    }
  }

  /// Constants near the usual ones and away from them.
  private static let changes: [@Sendable (inout RuleConstants) -> Void] = [
    { _ in },
    {
      ($0.betas, $0.epsilon) = (Betas(0.5, 0.9), 1e-3)
      ($0.momentum, $0.rho) = (0, 0.5)
    },
    {
      ($0.betas, $0.epsilon) = (Betas(0, 0.99), 1e-5)
      ($0.momentum, $0.rho, $0.centered) = (0.99, 0.95, true)
    },
    {
      ($0.epsilon, $0.momentum) = (1e-4, 0.6)
      ($0.nesterov, $0.centered) = (true, false)
    },
  ]

  @Test(arguments: UpdateRuleCatalog.rows.map(\.name))
  func rulesKeepTheContract(name: String) throws {
    let row = try UpdateRuleCatalog.row(name)
    for change in Self.changes {
      var constants = row.constants(.paper)
      change(&constants)
      constants.amsgrad = row.takes.contains(.amsgrad) && constants.epsilon == 1e-4
      if row.objection(constants, .paper) != nil { continue }
      let textbook = try #require(Self.textbook(name, constants), "\(name) has no textbook")
      let rule = row.rule(constants, .paper)
      #expect(rule.name == name)
      #expect(rule.decaysWeights == row.decaysWeights)
      try checkUpdateRule(rule, textbook: textbook)
    }
  }

  @Test func stateIsNamed() {
    #expect(AdamW(AdamConstants()).state.map(\.name) == ["first_moment", "second_moment"])
    #expect(Adam(AdamConstants(amsgrad: true)).state.map(\.name).last == "largest_second_moment")
    #expect(SGD(MomentumConstants(factor: 0.9)).state == [StateArray("momentum")])
    #expect(AdaGrad(epsilon: 1e-7, initial: 0.1, dialect: .keras).state[0].initial == 0.1)
    #expect(UpdateRuleCatalog.rows.filter(\.decaysWeights).map(\.name) == ["adamw", "sgdw"])
  }

  @Test func theFirstStepOfAdamWMovesByTheRate() {
    // m̂ / √v̂ is the gradient's sign at t = 1, so θ moves by η·α, whatever the gradient's size.
    let rule = AdamW(AdamConstants(epsilon: 1e-12))
    let scalars = StepScalars(
      step: 1,
      learningRate: 0.01,
      multiplier: 0.5,
      decay: 0.1,
      gradientScale: 1
    )
    var trajectory = RuleTrajectory(rule, [1, 1, 1])
    trajectory.step([2.5e-5, -5, 0.75], scalars)
    let expected: [Float] = [0.945, 0.955, 0.945]
    #expect(zip(trajectory.theta, expected).allSatisfy { abs($0 - $1) < 1e-6 })
  }
}
