import Optimizers

extension PlanField {
  /// The update rule's constants and dialect, coupled decay, and what else happens to gradients and
  /// weights.
  static let ruleFields: [PlanField] =
    [
      PlanField(
        "dialect",
        \.dialect,
        .choice,
        .method,
        "whose form of the rule: where ε stands, whether decay is times lr, whether lr enters momentum"
      )
    ] + constantFields + lossFields + groupFields + besideFields

  /// What some rules take; a rule refuses those of others.
  static let constantFields: [PlanField] = [
    constant(
      .momentum,
      \.momentum,
      \.momentum,
      .number(.fraction),
      "momentum of " + takers(.momentum) + "; by default 0.9, 0 for rmsprop"
    ),
    constant(
      .dampening,
      \.dampening,
      \.dampening,
      .number(.fraction),
      "Torch's dampening of the momentum, in the dialects pytorch and authors"
    ),
    constant(
      .nesterov,
      \.nesterov,
      \.nesterov,
      "momentum that looks ahead, for " + takers(.nesterov)
    ),
    constant(
      .betas,
      \.betas,
      \.betas,
      .betas,
      "β1 and β2 of " + takers(.betas) + "; by default 0.9,0.999"
    ),
    constant(
      .epsilon,
      \.epsilon,
      \.epsilon,
      .number(.positive),
      "ε of " + takers(.epsilon) + "; by default the dialect's, 1e-8 in the paper"
    ),
    constant(
      .amsgrad,
      \.amsgrad,
      \.amsgrad,
      "second moments that never shrink, for " + takers(.amsgrad)
    ),
    constant(
      .rho,
      \.rho,
      \.rho,
      .number(.fraction),
      "ρ of " + takers(.rho) + "; by default the dialect's"
    ),
    constant(
      .centered,
      \.centered,
      \.centered,
      "divide by the deviation instead of the root mean square, for " + takers(.centered)
    ),
    constant(
      .initialAccumulator,
      \.initialAccumulator,
      \.initialAccumulator,
      .number(.notNegative),
      "what adagrad's sum of squares starts with; by default the dialect's: 0, or 0.1"
    ),
    constant(
      .tolerance,
      \.swatsTolerance,
      \.tolerance,
      .number(.positive),
      "how near swats' rates must come for its switch to SGD; by default 1e-9"
    ),
  ]

  /// What changes the loss that is descended.
  private static let lossFields: [PlanField] = [
    PlanField(
      "maximize",
      \.maximize,
      .toggle,
      .method,
      "climb the loss instead of descending"
    ),
    PlanField(
      "l2",
      \.l2,
      .optional(.number(.notNegative)),
      .method,
      "coupled decay: adds this times θ to the gradient, half of it times ‖θ‖² to the loss"
    ),
  ]

  /// What treats some kinds of tensors in another way.
  public static let groupFields: [PlanField] = [
    PlanField(
      "no-decay",
      \.noDecay,
      .names(),
      .method,
      "tensors that decoupled decay leaves alone: conv, dense, norm, bias; by default none, as in "
        + "the paper"
    ),
    PlanField(
      "no-l2",
      \.noL2,
      .names(),
      .method,
      "tensors that coupled decay leaves alone: conv, dense, norm, bias; by default none"
    ),
    PlanField(
      "lr-scale",
      \.learningRateFactors,
      .factors,
      .method,
      "factors of the learning rate by kind of tensor, such as bias=2,norm=0.5"
    ),
    PlanField(
      "decay-scale",
      \.decayFactors,
      .factors,
      .method,
      "factors of the decoupled decay by kind of tensor, such as dense=0.5"
    ),
  ]

  /// What happens to gradients before the rule, and to weights after it.
  static let besideFields: [PlanField] = [
    PlanField(
      "clip-grad",
      \.clipNorm,
      .optional(.number(.positive)),
      .method,
      "scale the mean gradient down to this norm, over all tensors and ranks; what --l2 adds is part "
        + "of it in the dialects "
        + Dialect.allCases.filter(\.clipsCoupledDecay).map(\.rawValue).joined(separator: ", ")
        + ", and comes after in the others"
    ),
    PlanField(
      "ema",
      \.averageDecay,
      .optional(.number(.openFraction)),
      .method,
      "keep a moving average of the weights, with this decay, and evaluate and save it"
    ),
  ]

  /// The rules that take a constant.
  private static func takers(_ name: RuleConstants.Name) -> String {
    UpdateRuleCatalog.rows.filter { $0.takes.contains(name) }.map(\.name).joined(separator: ", ")
  }
}
