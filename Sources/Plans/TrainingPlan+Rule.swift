import Networks
import Optimizers
import Tensors

extension TrainingPlan {
  /// The rule's entry in the catalog; throws `Failure` (.usage) for a rule that it lacks.
  public var ruleRow: UpdateRuleCatalog.Row {
    get throws { try UpdateRuleCatalog.row(rule) }
  }

  /// The rule with its constants; the plan must be valid, and an unknown rule throws `Failure`
  /// (.usage).
  public var updateRule: any UpdateRule {
    get throws { try ruleRow.rule(try constants, dialect) }
  }

  /// The constants of the update rule, with its dialect's usual values where none are given; throws
  /// `Failure` (.usage) for an unknown rule.
  public var constants: RuleConstants {
    get throws {
      var constants = try ruleRow.constants(dialect)
      for field in PlanField.constantFields { field.constant?.take(self, &constants) }
      return constants
    }
  }

  /// Factors of α, λ and the coefficient of coupled decay, by group of tensors.
  public var parameterFactors: ParameterFactors.ByGroup {
    var groups: ParameterFactors.ByGroup = [:]
    for group in ParameterGroup.allCases {
      var factors = ParameterFactors()
      factors.learningRate = learningRateFactors[group] ?? 1
      factors.decay = noDecay.contains(group) ? 0 : decayFactors[group] ?? 1
      factors.l2 = noL2.contains(group) ? 0 : 1
      groups[group] = factors
    }
    return groups
  }

  /// The plan with everything fixed that follows from network, update rule and schedule, so that a
  /// later default cannot change what it means; throws `Failure` (.usage) for an unknown rule.
  public var resolved: TrainingPlan {
    get throws {
      let row = try ruleRow
      let constants = try constants
      var plan = withScheduleResolved
      plan.shake = shake ?? ModelCatalog.usualShake(model)
      plan.learningRate = learningRate ?? row.learningRate
      if row.decaysWeights && weightDecay == nil && weightDecayNorm == nil {
        if dialect.normalizesDecay {
          plan.weightDecayNorm = dialect.usualDecay
        } else {
          plan.weightDecay = dialect.usualDecay
        }
      }
      for constant in PlanField.constantFields.compactMap(\.constant)
      where row.takes.contains(constant.name) {
        constant.fix(constants, &plan)
      }
      return plan
    }
  }

  /// Throws a usage failure for flags that do not go with the update rule or its dialect: nothing
  /// is accepted and ignored.
  func validateRule() throws {
    let row = try ruleRow
    try refuseIdleConstants(row)
    if let objection = row.objection(try constants, dialect) { throw Failure(.usage, objection) }
    try validateDecay(row)
    if try clipNorm != nil && !updateRule.sums.isEmpty {
      throw Failure(
        .usage,
        "--clip-grad: \(rule) measures whole gradients, so they cannot be clipped."
      )
    }
    if l2 == nil && !noL2.isEmpty {
      throw Failure(.usage, "--no-l2 excepts from --l2, which is not given.")
    }
  }

  private func validateDecay(_ row: UpdateRuleCatalog.Row) throws {
    if weightDecay != nil && weightDecayNorm != nil {
      throw Failure(.usage, "--weight-decay and --weight-decay-norm exclude each other.")
    }
    if !row.decaysWeights, let flag = decayFlag {
      let others = UpdateRuleCatalog.rows.filter(\.decaysWeights).map(\.name)
      throw Failure(
        .usage,
        "--\(flag): \(row.name) has no decoupled weight decay; \(Self.having(others))"
          + (flag.hasPrefix("weight") ? ". Coupled decay is --l2." : ".")
      )
    }
    if weightDecayNorm != nil && !dialect.normalizesDecay {
      throw Failure(
        .usage,
        "--weight-decay-norm belongs to the dialects paper and authors; --dialect "
          + "\(dialect.rawValue) takes --weight-decay."
      )
    }
    if row.decaysWeights && weightDecay == nil && dialect.usualDecay == nil {
      throw Failure(
        .usage,
        "--dialect \(dialect.rawValue) has no usual decay: say --weight-decay, which it takes off "
          + "every weight in every step, not times the learning rate."
      )
    }
    if let group = ParameterGroup.allCases.first(where: {
      noDecay.contains($0) && decayFactors[$0] != nil
    }) {
      throw Failure(.usage, "--no-decay and --decay-scale both speak of \(group.rawValue).")
    }
  }

  /// Refuses a constant that the rule does not take.
  private func refuseIdleConstants(_ row: UpdateRuleCatalog.Row) throws {
    for field in PlanField.constantFields where field.get(self) != nil {
      guard let name = field.constant?.name, !row.takes.contains(name) else { continue }
      let others = UpdateRuleCatalog.rows.filter { $0.takes.contains(name) }.map(\.name)
      throw Failure(
        .usage,
        "--\(field.flag): \(row.name) has no such constant; \(Self.having(others))."
      )
    }
  }

  private static func having(_ names: [String]) -> String {
    names.joined(separator: ", ") + (names.count == 1 ? " has" : " have")
  }

  /// A flag that only decoupled decay gives a meaning.
  private var decayFlag: String? {
    if weightDecay != nil { return "weight-decay" }
    if weightDecayNorm != nil { return "weight-decay-norm" }
    if !noDecay.isEmpty { return "no-decay" }
    return decayFactors.isEmpty ? nil : "decay-scale"
  }
}
