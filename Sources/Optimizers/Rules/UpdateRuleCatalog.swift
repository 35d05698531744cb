import Tensors

/// The update rules by name: a new one is a file and a row here.
public enum UpdateRuleCatalog {
  /// One rule's entry.
  public struct Row: Sendable {
    /// Its name on the command line.
    public let name: String
    /// The learning rate when none is given.
    public let learningRate: Double
    /// Whether it has decoupled weight decay.
    public let decaysWeights: Bool
    /// The constants it takes.
    public let takes: Set<RuleConstants.Name>
    /// The dialects that have it, or in which it can be meant.
    public let dialects: [Dialect]
    /// What differs from the usual constants, by dialect.
    let usual: @Sendable (Dialect, inout RuleConstants) -> Void
    /// The rule with the given constants.
    let make: @Sendable (RuleConstants, Dialect) -> any UpdateRule

    /// The constants when none are given.
    public func constants(_ dialect: Dialect) -> RuleConstants {
      var constants = RuleConstants()
      usual(dialect, &constants)
      return constants
    }

    /// Why the rule cannot be meant in a dialect with these constants; nil where it can.
    public func objection(_ constants: RuleConstants, _ dialect: Dialect) -> String? {
      guard dialects.contains(dialect) else {
        return "--opt \(name): --dialect \(dialect.rawValue) has no such rule; "
          + "\(dialects.map(\.rawValue).joined(separator: ", ")) have."
      }
      if constants.amsgrad && dialect == .authors {
        return "--amsgrad: the authors' code has none; take --dialect paper or pytorch."
      }
      if constants.dampening != 0 && dialect != .pytorch && dialect != .authors {
        return "--dampening: only Torch's momentum has it; take --dialect pytorch or authors."
      }
      if constants.nesterov && (constants.momentum == 0 || constants.dampening != 0) {
        return "--nesterov needs a --momentum and no --dampening."
      }
      return nil
    }

    /// The rule; its constants must raise no objection.
    public func rule(_ constants: RuleConstants, _ dialect: Dialect) -> any UpdateRule {
      let objection = objection(constants, dialect)
      precondition(objection == nil, objection ?? "")
      return make(constants, dialect)
    }
  }

  private static let sgd: Set<RuleConstants.Name> = [.momentum, .dampening, .nesterov]
  private static let moments: Set<RuleConstants.Name> = [.betas, .epsilon, .amsgrad]
  /// The dialects of the rules that the paper does not have.
  private static let others: [Dialect] = [.paper, .pytorch, .keras, .optax]

  /// All rules.
  public static let rows: [Row] = [
    Row(
      name: "adamw",
      learningRate: 1e-3,
      decaysWeights: true,
      takes: moments,
      dialects: Dialect.allCases,
      usual: usualAdam
    ) { AdamW(adam($0, $1)) },
    Row(
      name: "adam",
      learningRate: 1e-3,
      decaysWeights: false,
      takes: moments,
      dialects: Dialect.allCases,
      usual: usualAdam
    ) { Adam(adam($0, $1)) },
    Row(
      name: "sgdw",
      learningRate: 0.05,
      decaysWeights: true,
      takes: sgd,
      dialects: Dialect.allCases,
      usual: { _, _ in }
    ) { SGDW(momentum($0, $1)) },
    Row(
      name: "sgd",
      learningRate: 0.05,
      decaysWeights: false,
      takes: sgd,
      dialects: Dialect.allCases,
      usual: { _, _ in }
    ) { SGD(momentum($0, $1)) },
    Row(
      name: "adagrad",
      learningRate: 1e-2,
      decaysWeights: false,
      takes: [.epsilon, .initialAccumulator],
      dialects: others,
      usual: { dialect, constants in
        constants.epsilon = dialect.epsilonIsUnderRoot ? 1e-7 : 1e-10
        constants.initialAccumulator = dialect.epsilonIsUnderRoot ? 0.1 : 0
      }
    ) { AdaGrad(epsilon: $0.epsilon, initial: $0.initialAccumulator, dialect: $1) },
    Row(
      name: "rmsprop",
      learningRate: 1e-3,
      decaysWeights: false,
      takes: [.rho, .epsilon, .momentum, .centered],
      dialects: others,
      usual: { dialect, constants in
        constants.rho = dialect == .keras || dialect == .optax ? 0.9 : 0.99
        constants.epsilon = dialect == .keras ? 1e-7 : 1e-8
        constants.momentum = 0
      }
    ) {
      RMSProp(
        rho: $0.rho,
        epsilon: $0.epsilon,
        momentum: $0.momentum,
        centered: $0.centered,
        dialect: $1
      )
    },
    Row(
      name: "adadelta",
      learningRate: 1,
      decaysWeights: false,
      takes: [.rho, .epsilon],
      dialects: others,
      usual: { dialect, constants in
        constants.rho = dialect == .keras ? 0.95 : 0.9
        constants.epsilon = dialect == .keras ? 1e-7 : 1e-6
      }
    ) { constants, _ in AdaDelta(rho: constants.rho, epsilon: constants.epsilon) },
    Row(
      name: "swats",
      learningRate: 1e-3,
      decaysWeights: false,
      takes: [.betas, .epsilon, .tolerance],
      dialects: [.paper],
      usual: { _, constants in constants.epsilon = 1e-9 }
    ) { SWATS(adam($0, $1), tolerance: $0.tolerance) },
  ]

  /// ε is 10⁻⁷ in Keras and what is built on it.
  @Sendable private static func usualAdam(_ dialect: Dialect, _ constants: inout RuleConstants) {
    constants.epsilon = dialect == .keras || dialect == .tfa ? 1e-7 : 1e-8
  }

  private static func adam(_ all: RuleConstants, _ dialect: Dialect) -> AdamConstants {
    AdamConstants(
      beta1: all.beta1,
      beta2: all.beta2,
      epsilon: all.epsilon,
      amsgrad: all.amsgrad,
      dialect: dialect
    )
  }

  private static func momentum(_ all: RuleConstants, _ dialect: Dialect) -> MomentumConstants {
    MomentumConstants(
      factor: all.momentum,
      dampening: all.dampening,
      nesterov: all.nesterov,
      dialect: dialect
    )
  }

  /// The entry of that name; throws a usage failure that lists the names.
  public static func row(_ name: String) throws -> Row {
    guard let row = rows.first(where: { $0.name == name }) else {
      let names = rows.map(\.name).joined(separator: ", ")
      throw Failure(.usage, "--opt \(name): there is no such rule; there are \(names).")
    }
    return row
  }
}
