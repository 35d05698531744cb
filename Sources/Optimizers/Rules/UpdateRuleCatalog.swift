import Tensors

/// The update rules by name: a new one is a file and a row here.
public enum UpdateRuleCatalog {
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
      python: [
        .pytorch: "torch.optim.AdamW", .keras: "keras.optimizers.AdamW",
        .tfa: "tfa.optimizers.AdamW", .optax: "optax.adamw",
      ],
      epsilonPlace: besideMoment,
      usual: usualAdam
    ) { AdamW(adam($0, $1)) },
    Row(
      name: "adam",
      learningRate: 1e-3,
      takes: moments,
      python: [
        .pytorch: "torch.optim.Adam", .keras: "keras.optimizers.Adam",
        .tfa: "tf.keras.optimizers.Adam", .optax: "optax.adam",
      ],
      epsilonPlace: besideMoment,
      usual: usualAdam
    ) { Adam(adam($0, $1)) },
    Row(
      name: "sgdw",
      learningRate: 0.05,
      decaysWeights: true,
      takes: sgd,
      python: [
        .pytorch: PythonName("torch.optim.SGD", decaysWeights: false),
        .keras: "keras.optimizers.SGD", .tfa: "tfa.optimizers.SGDW",
      ],
      rateEntersMomentum: { $0.ratesEnterMomentum },
      isPlainDescent: true
    ) { SGDW(momentum($0, $1)) },
    Row(
      name: "sgd",
      learningRate: 0.05,
      takes: sgd,
      python: [
        .pytorch: "torch.optim.SGD", .keras: "keras.optimizers.SGD",
        .tfa: "tf.keras.optimizers.SGD", .optax: "optax.sgd",
      ],
      rateEntersMomentum: { $0.ratesEnterMomentum },
      isPlainDescent: true
    ) { SGD(momentum($0, $1)) },
    Row(
      name: "adagrad",
      learningRate: 1e-2,
      takes: [.epsilon, .initialAccumulator],
      dialects: others,
      python: [
        .pytorch: "torch.optim.Adagrad", .keras: "keras.optimizers.Adagrad",
        .optax: "optax.adagrad",
      ],
      epsilonPlace: atRoot,
      usual: { dialect, constants in
        constants.epsilon = dialect.epsilonIsUnderRoot ? 1e-7 : 1e-10
        constants.initialAccumulator = dialect.epsilonIsUnderRoot ? 0.1 : 0
      }
    ) { AdaGrad(epsilon: $0.epsilon, initial: $0.initialAccumulator, dialect: $1) },
    Row(
      name: "rmsprop",
      learningRate: 1e-3,
      takes: [.rho, .epsilon, .momentum, .centered],
      dialects: others,
      python: [
        .pytorch: PythonName("torch.optim.RMSprop", rho: "alpha"),
        .keras: "keras.optimizers.RMSprop", .optax: PythonName("optax.rmsprop", rho: "decay"),
      ],
      epsilonPlace: atRoot,
      rateEntersMomentum: { $0.epsilonIsUnderRoot },
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
      takes: [.rho, .epsilon],
      dialects: others,
      python: [
        .pytorch: "torch.optim.Adadelta", .keras: "keras.optimizers.Adadelta",
        .optax: "optax.adadelta",
      ],
      epsilonPlace: { _ in .underRoot },
      usual: { dialect, constants in
        constants.rho = dialect == .keras ? 0.95 : 0.9
        constants.epsilon = dialect == .keras ? 1e-7 : 1e-6
      }
    ) { constants, _ in AdaDelta(rho: constants.rho, epsilon: constants.epsilon) },
    Row(
      name: "swats",
      learningRate: 1e-3,
      takes: [.betas, .epsilon, .tolerance],
      dialects: [.paper],
      python: [:],
      epsilonPlace: { _ in .besideRawRoot },
      usual: { _, constants in constants.epsilon = 1e-9 }
    ) { SWATS(adam($0, $1), tolerance: $0.tolerance) },
  ]

  /// The place of Adam's ε.
  @Sendable private static func besideMoment(_ dialect: Dialect) -> Row.EpsilonPlace {
    dialect.epsilonIsUncorrected ? .besideRawRoot : .besideCorrectedRoot
  }

  /// The place of ε in the rules that correct nothing.
  @Sendable private static func atRoot(_ dialect: Dialect) -> Row.EpsilonPlace {
    dialect.epsilonIsUnderRoot ? .underRoot : .besideRoot
  }

  /// ε is 10⁻⁷ in Keras and what is built on it.
  @Sendable private static func usualAdam(_ dialect: Dialect, _ constants: inout RuleConstants) {
    constants.epsilon = dialect == .keras || dialect == .tfa ? 1e-7 : 1e-8
  }

  private static func adam(_ all: RuleConstants, _ dialect: Dialect) -> AdamConstants {
    AdamConstants(
      beta1: all.betas.first,
      beta2: all.betas.second,
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
      throw Failure.unknown("--opt \(name)", "rule", name, among: rows.map(\.name))
    }
    return row
  }
}
