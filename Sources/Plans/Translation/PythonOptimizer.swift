import Optimizers

/// How a Python library writes its optimizers' parameters.
struct PythonOptimizer {
  /// The parameters of a call, in this order.
  enum Part: CaseIterable {
    case rate, decay, momentum, dampening, nesterov, betas, rho, epsilon, accumulator, centered
    case amsgrad, maximize
  }

  /// α.
  let rate: String
  /// β1 and β2, or both in one.
  let betas: [String]
  /// ε.
  let epsilon: String
  /// Whether coupled decay of the rules without decoupled decay is the parameter weight_decay.
  var couplesDecay = false
  /// Whether AMSGrad is a parameter, not an optimizer of its own.
  var hasAMSGradFlag = true
  /// Whether the loss can be climbed.
  var climbs = false

  /// The library of a dialect; PyTorch's for those that have none.
  static func of(_ dialect: Dialect) -> PythonOptimizer {
    switch dialect {
    case .keras, .tfa:
      PythonOptimizer(rate: "learning_rate", betas: ["beta_1", "beta_2"], epsilon: "epsilon")
    case .optax:
      PythonOptimizer(
        rate: "learning_rate",
        betas: ["b1", "b2"],
        epsilon: "eps",
        hasAMSGradFlag: false
      )
    case .pytorch, .paper, .authors:
      PythonOptimizer(
        rate: "lr",
        betas: ["betas"],
        epsilon: "eps",
        couplesDecay: true,
        climbs: true
      )
    }
  }

  /// A float of Python, to six digits: Keras refuses integers.
  static func text(_ x: Double) -> String {
    let text = significant(x, digits: 6)
    return text.allSatisfy(\.isNumber) ? text + ".0" : text
  }
}

extension PythonOptimizer {
  /// The parameters of a resolved plan's rule in the library of its dialect.
  struct Call {
    private let plan: TrainingPlan
    private let row: UpdateRuleCatalog.Row
    private let system: PythonOptimizer
    private let constants: RuleConstants
    private let usual: RuleConstants

    /// Those of the plan's rule, whose row it is; throws for constants that the rule does not have.
    init(_ plan: TrainingPlan, _ row: UpdateRuleCatalog.Row) throws {
      (self.plan, self.row, system) = (plan, row, .of(plan.dialect))
      (constants, usual) = (try plan.constants, row.constants(plan.dialect))
    }

    /// `name(a=1, b=2)` with the `parts` that the rule takes and that are not as usual, but for the
    /// learning rate and decay.
    func text(_ name: String, _ parts: [Part] = Part.allCases) -> String {
      "\(name)(\(parts.flatMap(arguments).joined(separator: ", ")))"
    }

    private func arguments(_ part: Part) -> [String] {
      func given(_ name: String, _ x: Double, _ usual: Double) -> [String] {
        x == usual ? [] : ["\(name)=\(PythonOptimizer.text(x))"]
      }
      func flag(_ name: String, _ isOn: Bool) -> [String] { isOn ? ["\(name)=True"] : [] }
      let there = row.python[plan.dialect]
      switch part {
      case .rate: return ["\(system.rate)=\(PythonOptimizer.text(plan.learningRate ?? 0))"]
      case .decay:
        // A resolved plan has a decoupled decay where the rule does.
        if let decay = plan.weightDecay {
          return there?.decaysWeights == false
            ? [] : ["weight_decay=\(PythonOptimizer.text(decay))"]
        }
        return system.couplesDecay ? given("weight_decay", plan.l2 ?? 0, 0) : []
      case .momentum:
        return row.takes.contains(.momentum) ? given("momentum", constants.momentum, 0) : []
      case .dampening: return given("dampening", constants.dampening, 0)
      case .nesterov: return flag("nesterov", constants.nesterov)
      case .betas:
        if constants.betas == usual.betas { return [] }
        let pair = [constants.betas.first, constants.betas.second].map(PythonOptimizer.text)
        if system.betas.count == 1 {
          return ["\(system.betas[0])=(\(pair.joined(separator: ", ")))"]
        }
        return zip(system.betas, pair).map { "\($0)=\($1)" }
      case .rho: return given(there?.rho ?? "rho", constants.rho, usual.rho)
      case .epsilon: return given(system.epsilon, constants.epsilon, usual.epsilon)
      case .accumulator:
        return given(
          "initial_accumulator_value",
          constants.initialAccumulator,
          usual.initialAccumulator
        )
      case .centered: return flag("centered", constants.centered)
      case .amsgrad: return flag("amsgrad", constants.amsgrad && system.hasAMSGradFlag)
      case .maximize: return flag("maximize", plan.maximize && system.climbs)
      }
    }
  }
}
