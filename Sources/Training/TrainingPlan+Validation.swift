import Networks
import Optimizers
import Tensors

extension TrainingPlan {
  /// The rule's entry in the catalog.
  public var ruleRow: UpdateRuleCatalog.Row {
    get throws { try UpdateRuleCatalog.row(rule) }
  }

  /// BatchNorm's groups; throws where they do not fit the batch.
  public var grouping: BatchNormGrouping {
    get throws {
      try batchNorm.grouping(batch: batchSize, lanes: lanes, allowSmall: allowSmallBatchNorm)
    }
  }

  /// Throws a usage failure for a plan that cannot be run on `ranks` ranks, whatever the data.
  public func validate(ranks: Int) throws {
    let row = try ruleRow
    if !ModelCatalog.names.contains(model) {
      let shape = ImageShape(height: 32, width: 32, channels: 1)
      _ = try ModelCatalog.model(model, input: shape, classes: 1)
    }
    if batchSize < lanes {
      throw Failure(
        .usage,
        "--batch-size \(batchSize) is less than --lanes \(lanes): every lane needs a sample."
      )
    }
    if lanes < ranks {
      throw Failure(
        .usage,
        "\(ranks) ranks cannot share \(lanes) lanes: start fewer, or add --lanes \(ranks)"
          + (ranks > batchSize ? " and a --batch-size of at least as many" : "")
          + " (this changes the bits)."
      )
    }
    _ = try grouping
    if warmupEpochs >= epochs && warmupEpochs > 0 {
      throw Failure(
        .usage,
        "--warmup-epochs \(warmupEpochs) leaves nothing of --epochs \(epochs)."
      )
    }
    if weightDecay != nil && weightDecayNorm != nil {
      throw Failure(.usage, "--weight-decay and --weight-decay-norm exclude each other.")
    }
    try refuseIdleConstants(row)
    let rule = row.rule(constants)
    if !rule.decaysWeights, let flag = decayFlag {
      let others = UpdateRuleCatalog.rows.filter { $0.rule(constants).decaysWeights }
      throw Failure(
        .usage,
        "--\(flag): \(rule.name) has no decoupled weight decay; "
          + "\(others.map(\.name).joined(separator: ", ")) has."
      )
    }
  }

  /// The constants of the update rule, with the usual values where none are given.
  public var constants: RuleConstants {
    RuleConstants(
      betas: (betas?[0] ?? Self.usualBetas[0], betas?[1] ?? Self.usualBetas[1]),
      epsilon: epsilon ?? Self.usualEpsilon,
      momentum: momentum ?? Self.usualMomentum
    )
  }

  /// β1 and β2 of the paper.
  static let usualBetas = [0.9, 0.999]
  /// ε of the paper.
  static let usualEpsilon = 1e-8
  /// The momentum of the paper's SGD.
  static let usualMomentum = 0.9
  /// λ_norm of the paper's authors.
  static let usualNormalizedDecay = 0.025

  /// The plan with everything fixed that follows from the update rule, so that a later default cannot change what it means.
  public var resolved: TrainingPlan {
    get throws {
      let row = try ruleRow
      var plan = self
      plan.learningRate = learningRate ?? row.learningRate
      if row.rule(constants).decaysWeights && weightDecay == nil {
        plan.weightDecayNorm = weightDecayNorm ?? Self.usualNormalizedDecay
      }
      if row.takes.contains(.betas) { plan.betas = betas ?? Self.usualBetas }
      if row.takes.contains(.epsilon) { plan.epsilon = epsilon ?? Self.usualEpsilon }
      if row.takes.contains(.momentum) { plan.momentum = momentum ?? Self.usualMomentum }
      return plan
    }
  }

  /// Refuses a constant that the rule does not take: nothing is accepted and ignored.
  private func refuseIdleConstants(_ row: UpdateRuleCatalog.Row) throws {
    let given: [(RuleConstants.Name, Bool)] = [
      (.betas, betas != nil), (.epsilon, epsilon != nil), (.momentum, momentum != nil),
    ]
    for (name, isGiven) in given where isGiven && !row.takes.contains(name) {
      let others = UpdateRuleCatalog.rows.filter { $0.takes.contains(name) }.map(\.name)
      throw Failure(
        .usage,
        "--\(name.rawValue): \(row.name) has no such constant; "
          + "\(others.joined(separator: ", ")) has."
      )
    }
  }

  private var decayFlag: String? {
    weightDecay != nil ? "weight-decay" : weightDecayNorm != nil ? "weight-decay-norm" : nil
  }
}
