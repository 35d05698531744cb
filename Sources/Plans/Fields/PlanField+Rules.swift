import Optimizers
import Tensors

extension PlanField {
  /// The update rule's constants and dialect, decay, and what else happens to gradients and weights.
  static let ruleFields: [PlanField] = [
    choice(
      "dialect",
      .optimizer,
      .method,
      \.dialect,
      "whose form of the rule: where ε stands, whether decay is times lr, whether lr enters momentum"
    ),
    optionalNumber(
      "momentum",
      .optimizer,
      .method,
      \.momentum,
      .fraction,
      "momentum of " + takers(.momentum) + "; by default 0.9, 0 for rmsprop"
    ),
    optionalNumber(
      "dampening",
      .optimizer,
      .method,
      \.dampening,
      .fraction,
      "Torch's dampening of the momentum, in the dialects pytorch and authors"
    ),
    toggle(
      "nesterov",
      .optimizer,
      .method,
      \.nesterov,
      "momentum that looks ahead, for " + takers(.nesterov)
    ),
    row(
      "opt-betas",
      .value("B1,B2"),
      .optimizer,
      .method,
      "β1 and β2 of " + takers(.betas) + "; by default 0.9,0.999",
      { $0.betas.map { "\($0[0]),\($0[1])" } }
    ) { plan, text in
      let values = text.split(separator: ",").compactMap {
        NumberRange.fraction.read(String($0))
      }
      guard values.count == 2 else { return "two numbers below 1 such as 0.9,0.999" }
      plan.betas = values
      return nil
    },
    optionalNumber(
      "opt-eps",
      .optimizer,
      .method,
      \.epsilon,
      .positive,
      "ε of " + takers(.epsilon) + "; by default the dialect's, 1e-08 in the paper"
    ),
    toggle(
      "amsgrad",
      .optimizer,
      .method,
      \.amsgrad,
      "second moments that never shrink, for " + takers(.amsgrad)
    ),
    optionalNumber(
      "opt-rho",
      .optimizer,
      .method,
      \.rho,
      .fraction,
      "ρ of " + takers(.rho) + "; by default the dialect's"
    ),
    toggle(
      "centered",
      .optimizer,
      .method,
      \.centered,
      "divide by the deviation instead of the root mean square, for " + takers(.centered)
    ),
    optionalNumber(
      "initial-accumulator",
      .optimizer,
      .method,
      \.initialAccumulator,
      .notNegative,
      "what adagrad's sum of squares starts with; by default the dialect's: 0, or 0.1"
    ),
    optionalNumber(
      "swats-tolerance",
      .optimizer,
      .method,
      \.swatsTolerance,
      .positive,
      "how near swats' rates must come for its switch to SGD; by default 1e-09"
    ),
    toggle("maximize", .optimizer, .method, \.maximize, "climb the loss instead of descending"),
    optionalNumber(
      "l2",
      .optimizer,
      .method,
      \.l2,
      .notNegative,
      "coupled decay: adds this times θ to the gradient, half of it times ‖θ‖² to the loss"
    ),
    set(
      "no-decay",
      .optimizer,
      .method,
      \.noDecay,
      "tensors that decoupled decay leaves alone: conv, dense, norm, bias; by default none, as in "
        + "the paper"
    ),
    set(
      "no-l2",
      .optimizer,
      .method,
      \.noL2,
      "tensors that coupled decay leaves alone: conv, dense, norm, bias; by default none"
    ),
    factors(
      "lr-scale",
      \.learningRateFactors,
      "factors of the learning rate by kind of tensor, such as bias=2,norm=0.5"
    ),
    factors(
      "decay-scale",
      \.decayFactors,
      "factors of the decoupled decay by kind of tensor, such as dense=0.5"
    ),
    optionalNumber(
      "clip-grad",
      .optimizer,
      .method,
      \.clipNorm,
      .positive,
      "scale the mean gradient down to this norm, taken over all tensors and ranks"
    ),
    optionalNumber(
      "ema",
      .optimizer,
      .method,
      \.averageDecay,
      .openFraction,
      "keep a moving average of the weights, with this decay, and evaluate and save it"
    ),
  ]

  /// The rules that take a constant.
  private static func takers(_ name: RuleConstants.Name) -> String {
    UpdateRuleCatalog.rows.filter { $0.takes.contains(name) }.map(\.name).joined(separator: ", ")
  }

  /// A factor for some groups of tensors.
  private static func factors(
    _ flag: String,
    _ path: any WritableKeyPath<TrainingPlan, [ParameterGroup: Double]> & Sendable,
    _ help: String
  ) -> PlanField {
    let get: @Sendable (TrainingPlan) -> String? = { plan in
      let given = ParameterGroup.allCases.compactMap { group in
        plan[keyPath: path][group].map { "\(group.rawValue)=\($0)" }
      }
      return given.isEmpty ? nil : given.joined(separator: ",")
    }
    return row(flag, .value("KIND=X,..."), .optimizer, .method, help, get) { plan, text in
      var factors: [ParameterGroup: Double] = [:]
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        let sides = part.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        guard sides.count == 2, let group = ParameterGroup(rawValue: sides[0]),
          let factor = NumberRange.notNegative.read(sides[1]), factors[group] == nil
        else { return "such as bias=2,norm=0.5, of conv, dense, norm, bias" }
        factors[group] = factor
      }
      plan[keyPath: path] = factors
      return nil
    }
  }
}
