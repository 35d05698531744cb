import Optimizers

/// What a Python library calls its optimizers and their parameters.
struct PythonOptimizer {
  /// The parameters of a call, in this order.
  enum Part: CaseIterable {
    case rate, decay, momentum, dampening, nesterov, betas, rho, epsilon, accumulator, centered
    case amsgrad, maximize
  }

  /// The optimizer of each rule that has one.
  let names: [String: String]
  /// α.
  let rate: String
  /// β1 and β2, or both in one.
  let betas: [String]
  /// ε.
  let epsilon: String
  /// ρ of RMSProp.
  let rho: String
  /// Whether coupled decay of the rules without decoupled decay is the parameter weight_decay.
  var couplesDecay = false
  /// Rules whose optimizer there has no decoupled decay.
  var decayless: Set<String> = []
  /// Whether AMSGrad is a parameter, not an optimizer of its own.
  var hasAMSGradFlag = true
  /// Whether the loss can be climbed.
  var climbs = false

  /// The library of a dialect; PyTorch's for those that have none.
  static func of(_ dialect: Dialect) -> PythonOptimizer {
    switch dialect {
    case .keras: keras
    case .tfa: addons
    case .optax: optax
    case .pytorch, .paper, .authors: pytorch
    }
  }

  /// The optimizers by the names that PyTorch and Keras share.
  private static func classes(_ module: String) -> [String: String] {
    [
      "adamw": "AdamW", "adam": "Adam", "sgdw": "SGD", "sgd": "SGD", "adagrad": "Adagrad",
      "rmsprop": "RMSprop", "adadelta": "Adadelta",
    ].mapValues { "\(module).\($0)" }
  }

  private static let pytorch = PythonOptimizer(
    names: classes("torch.optim"),
    rate: "lr",
    betas: ["betas"],
    epsilon: "eps",
    rho: "alpha",
    couplesDecay: true,
    decayless: ["sgdw"],
    climbs: true
  )
  private static let keras = inKerasTerms(classes("keras.optimizers"))
  private static let addons = inKerasTerms([
    "adamw": "tfa.optimizers.AdamW", "adam": "tf.keras.optimizers.Adam",
    "sgdw": "tfa.optimizers.SGDW", "sgd": "tf.keras.optimizers.SGD",
  ])
  /// optax, but for what is a chain there.
  static let optax = PythonOptimizer(
    names: [
      "adamw": "optax.adamw", "adam": "optax.adam", "sgd": "optax.sgd", "adagrad": "optax.adagrad",
      "rmsprop": "optax.rmsprop", "adadelta": "optax.adadelta",
    ],
    rate: "learning_rate",
    betas: ["b1", "b2"],
    epsilon: "eps",
    rho: "decay",
    hasAMSGradFlag: false
  )

  private static func inKerasTerms(_ names: [String: String]) -> PythonOptimizer {
    PythonOptimizer(
      names: names,
      rate: "learning_rate",
      betas: ["beta_1", "beta_2"],
      epsilon: "epsilon",
      rho: "rho"
    )
  }

  /// A float of Python, to six digits: Keras refuses integers.
  static func text(_ x: Double) -> String {
    let text = significant(x, digits: 6)
    return text.allSatisfy(\.isNumber) ? text + ".0" : text
  }

  /// `name(a=1, b=2)` with the `parts` that the rule takes and that are not as `usual`, but for the learning rate and decay.
  func call(
    _ name: String,
    _ plan: TrainingPlan,
    _ constants: RuleConstants,
    _ usual: RuleConstants,
    _ parts: [Part]? = nil
  ) -> String {
    let given = (parts ?? Part.allCases).flatMap { arguments($0, plan, constants, usual) }
    return "\(name)(\(given.joined(separator: ", ")))"
  }

  private func arguments(
    _ part: Part,
    _ plan: TrainingPlan,
    _ constants: RuleConstants,
    _ usual: RuleConstants
  ) -> [String] {
    func given(_ name: String, _ x: Double, _ usual: Double) -> [String] {
      x == usual ? [] : ["\(name)=\(Self.text(x))"]
    }
    func flag(_ name: String, _ isOn: Bool) -> [String] { isOn ? ["\(name)=True"] : [] }
    switch part {
    case .rate: return ["\(rate)=\(Self.text(plan.learningRate ?? 0))"]
    case .decay:
      // A resolved plan has a decoupled decay where the rule does.
      if let decay = plan.weightDecay {
        return decayless.contains(plan.rule) ? [] : ["weight_decay=\(Self.text(decay))"]
      }
      return couplesDecay ? given("weight_decay", plan.l2 ?? 0, 0) : []
    case .momentum:
      let takes = ["sgd", "sgdw", "rmsprop"].contains(plan.rule)
      return takes ? given("momentum", constants.momentum, 0) : []
    case .dampening: return given("dampening", constants.dampening, 0)
    case .nesterov: return flag("nesterov", constants.nesterov)
    case .betas:
      let pair = [constants.beta1, constants.beta2]
      if pair == [usual.beta1, usual.beta2] { return [] }
      if betas.count == 1 {
        return ["\(betas[0])=(\(pair.map(Self.text).joined(separator: ", ")))"]
      }
      return zip(betas, pair).map { "\($0)=\(Self.text($1))" }
    case .rho:
      return given(plan.rule == "rmsprop" ? rho : "rho", constants.rho, usual.rho)
    case .epsilon: return given(epsilon, constants.epsilon, usual.epsilon)
    case .accumulator:
      return given(
        "initial_accumulator_value",
        constants.initialAccumulator,
        usual.initialAccumulator
      )
    case .centered: return flag("centered", constants.centered)
    case .amsgrad: return flag("amsgrad", constants.amsgrad && hasAMSGradFlag)
    case .maximize: return flag("maximize", plan.maximize && climbs)
    }
  }
}
