import Optimizers
import Tensors

/// A plan said in another dialect so that every step takes the same part off the weights, with what
/// does not carry over.
///
/// What decay takes at η = 1 is kept (λ in the paper, α·λ in PyTorch); the rule, its constants and
/// the schedule stay.
public struct DialectTranslation: Sendable {
  /// The dialect it is said in.
  public let dialect: Dialect
  /// The plan there, resolved; nil where the dialect cannot mean it.
  public let plan: TrainingPlan?
  /// Sentences: why it cannot be meant, or what is not the same there.
  public let differences: [String]

  /// Says a valid plan for `samples` images in `dialect`; throws what `Horizon` throws.
  public init(_ plan: TrainingPlan, to dialect: Dialect, samples: Int) throws {
    self.dialect = dialect
    let source = try plan.resolved
    if dialect == source.dialect {
      (self.plan, differences) = (source, [])
      return
    }
    var target = source
    target.dialect = dialect
    var differences: [String] = []
    do {
      if try source.ruleRow.decaysWeights {
        try Self.moveDecay(source, &target, samples: samples, &differences)
        Self.moveFactors(source, &target, &differences)
      }
      try target.validate(ranks: 1)
      let restarts = try [source, target].map {
        try Horizon($0, samples: samples).course.periodStarts
      }
      if restarts[0] != restarts[1] { differences.append("Restarts come at other steps there.") }
      differences += try Self.otherDifferences(source, target)
      (self.plan, self.differences) = (target, differences)
    } catch let failure as Failure {
      (self.plan, self.differences) = (nil, [failure.message])
    }
  }

  /// Sets λ or λ_norm so that decay takes the same part in every step.
  private static func moveDecay(
    _ source: TrainingPlan,
    _ target: inout TrainingPlan,
    samples: Int,
    _ differences: inout [String]
  ) throws {
    let horizon = try Horizon(source, samples: samples)
    let full = horizon.fullDecays
    let alpha = horizon.learningRate
    let isTimesRate = target.dialect.decayUnit == .learningRate
    if isTimesRate && alpha == 0 && full.contains(where: { $0 > 0 }) {
      throw Failure(.usage, "decay is times the learning rate there, and --lr is 0.")
    }
    let decays = full.map { isTimesRate && $0 > 0 ? $0 / alpha : $0 }
    (target.weightDecay, target.weightDecayNorm) = (decays[0], nil)
    if source.weightDecayNorm != nil && target.dialect.normalizesDecay {
      let normalized = try Self.normalized(decays[0], target, samples: samples)
      if let normalized { (target.weightDecay, target.weightDecayNorm) = (nil, normalized) }
    } else if decays.contains(where: { abs($0 - decays[0]) > 1e-12 * decays[0] }) {
      let values = decays.map(significant).joined(separator: ", ")
      differences.append(
        "There λ is one number: set it anew at every restart, in turn \(values)."
      )
    }
    target.allowStrongDecay = try Horizon(target, samples: samples).isStrongDecay
    // Which of the two follows η, and which does not.
    let units = [source.dialect.decayUnit, target.dialect.decayUnit]
    if units[0] != units[1] && units.contains(.raw) && !source.hasConstantRate && full[0] > 0 {
      differences.append(
        units[0] == .raw
          ? "Decay follows η there, here it does not: they are equal where η is 1 alone."
          : "Decay does not follow η there: schedule it by hand, η times this number in every step."
      )
    }
  }

  /// The λ_norm that gives `decay` in the first period; nil where the dialect decays nothing under
  /// this schedule.
  private static func normalized(
    _ decay: Double,
    _ target: TrainingPlan,
    samples: Int
  ) throws -> Double? {
    var unit = target
    (unit.weightDecay, unit.weightDecayNorm) = (nil, 1)
    let one = try Horizon(unit, samples: samples).decay
    return one > 0 ? decay / one : nil
  }

  /// Sets the factors of decay by group: where decay is times the learning rate, the learning
  /// rate's factors count in it.
  private static func moveFactors(
    _ source: TrainingPlan,
    _ target: inout TrainingPlan,
    _ differences: inout [String]
  ) {
    func counts(_ plan: TrainingPlan, _ group: ParameterGroup) -> Double {
      plan.dialect.decayUnit == .learningRate ? plan.learningRateFactors[group] ?? 1 : 1
    }
    for group in ParameterGroup.allCases where !source.noDecay.contains(group) {
      let whole = counts(source, group) * (source.decayFactors[group] ?? 1)
      let counted = counts(target, group)
      if counted == 0 && whole > 0 {
        differences.append(
          "Without a learning rate there is no decay there: \(group.rawValue) tensors keep what they "
            + "lose here."
        )
      } else {
        let factor = counted == 0 ? 1 : whole / counted
        target.decayFactors[group] = factor == 1 ? nil : factor
      }
    }
  }
}

extension TrainingPlan {
  /// Whether η is 1 in every step.
  var hasConstantRate: Bool { schedule == .fixed && warmupEpochs == 0 }
}
