import Optimizers

extension PlanField {
  /// A constant of update rules as a plan and as a rule has it.
  package struct Constant: Sendable {
    /// Which.
    let name: RuleConstants.Name
    /// Takes what the plan says, if it does.
    let take: @Sendable (TrainingPlan, inout RuleConstants) -> Void
    /// Writes the constant into a plan.
    let fix: @Sendable (RuleConstants, inout TrainingPlan) -> Void
  }

  /// The row of a constant that a plan may leave to the rule.
  static func constant<Value>(
    _ name: RuleConstants.Name,
    _ path: any WritableKeyPath<TrainingPlan, Value?> & Sendable,
    _ constant: any WritableKeyPath<RuleConstants, Value> & Sendable,
    _ type: FieldType<Value>,
    _ help: String
  ) -> PlanField {
    let link = Constant(
      name: name,
      take: { plan, all in
        if let value = plan[keyPath: path] { all[keyPath: constant] = value }
      },
      fix: { all, plan in plan[keyPath: path] = all[keyPath: constant] }
    )
    return PlanField(name.rawValue, path, .optional(type), .method, constant: link, help)
  }

  /// The row of something that a rule does where the plan says so.
  static func constant(
    _ name: RuleConstants.Name,
    _ path: any WritableKeyPath<TrainingPlan, Bool> & Sendable,
    _ constant: any WritableKeyPath<RuleConstants, Bool> & Sendable,
    _ help: String
  ) -> PlanField {
    let link = Constant(
      name: name,
      take: { $1[keyPath: constant] = $0[keyPath: path] },
      fix: { $1[keyPath: path] = $0[keyPath: constant] }
    )
    return PlanField(name.rawValue, path, .toggle, .method, constant: link, help)
  }
}
