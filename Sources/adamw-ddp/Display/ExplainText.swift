import Optimizers
import Plans

/// An explanation for people.
enum ExplainText {
  /// The plan, the table of steps, and what decay comes to.
  static func lines(_ explanation: PlanExplanation) -> [String] {
    let (plan, horizon) = (explanation.plan, explanation.horizon)
    let (decays, hasL2) = (horizon.rule.decaysWeights, plan.l2 ?? 0 > 0)
    let head =
      ["step", "epoch", "η", "η·α"] + (decays ? ["λ", "decay", "left"] : [])
      + (hasL2 ? ["η·α·l2"] : [])
    let cells = explanation.rows.map { row in
      let numbers =
        [row.eta, row.rate] + (decays ? [row.lambda, row.decay, row.left] : [])
        + (hasL2 ? [row.l2] : [])
      return ["\(row.step)", epoch(row.epoch)] + numbers.map(significant)
    }
    let steps = Banner.extent(horizon, plan, unit: "step")
    return [
      "\(plan.rule), α \(plain(horizon.learningRate)), dialect \(plan.dialect.rawValue), "
        + "\(horizon.schedule.shape): \(steps), "
        + "b \(grouped(plan.batchSize)), B \(grouped(horizon.samples))"
    ] + legend(decays: decays) + [""]
      + TextTable.lines([head] + cells, numbers: Set(head.indices)) + [""]
      + decay(explanation) + coupled(explanation) + groups(plan) + explanation.warnings
  }

  /// What letters and columns mean.
  private static func legend(decays: Bool) -> [String] {
    let letters = "b batch, B images, T epochs"
    return decays
      ? [
        "η schedule, α learning rate, λ decay, \(letters);",
        "decay: the part taken at this step; left: what remains of a weight without gradient",
      ] : ["η schedule, α learning rate, \(letters)"]
  }

  /// "99.5", to a thousandth.
  private static func epoch(_ epoch: Double) -> String { plain((epoch * 1000).rounded() / 1000) }

  /// What decoupled decay comes to, and how its λ follows from what was given.
  private static func decay(_ explanation: PlanExplanation) -> [String] {
    let (plan, horizon) = (explanation.plan, explanation.horizon)
    guard horizon.rule.decaysWeights else { return ["\(plan.rule) has no decoupled decay."] }
    let left =
      explanation.paperDecays.contains { $0 > 1 }
      ? "decay would take more than the whole of a weight in a step."
      : "decay leaves \(significant(100 * explanation.left)) % of a weight that no gradient moves."
    if horizon.course.leavesDecayOut { return [left] }
    let epochs = horizon.course.periodEpochs.map(plain)
    let (full, norms) = (explanation.paperDecays, explanation.paperNorms)
    let (b, images, lambda) = (plan.batchSize, horizon.samples, significant(horizon.decay))
    let place = "b \(b), B \(images), T \(epochs[0])"
    let origin: String
    switch plan.dialect.decayUnit {
    case .schedule:
      if let normalized = plan.weightDecayNorm {
        origin =
          plan.dialect == .authors
          ? "λ = λ_norm/√(⌈B/b⌉·T) = \(plain(normalized))/√(\(horizon.stepsPerEpoch)·\(epochs[0])) "
            + "= \(lambda)"
          : "λ = λ_norm·√(b/(B·T)) = \(plain(normalized))·√(\(b)/(\(images)·\(epochs[0]))) "
            + "= \(lambda)"
      } else {
        origin = "λ = \(lambda) as given; λ_norm \(significant(norms[0])) (\(place))"
      }
    case .learningRate:
      origin =
        "λ = \(lambda) times η·α: the paper's λ is α·λ = \(significant(full[0])), "
        + "λ_norm \(significant(norms[0])) (\(place))"
    case .raw:
      origin =
        "λ = \(lambda) a step, whatever η is; at η = 1 the paper's λ_norm "
        + "\(significant(norms[0])) (\(place))"
    }
    guard epochs.count > 1 else { return [left, origin] }
    let periods = zip(epochs, horizon.decays).prefix(8).map { "\($0): \(significant($1))" }
    let more = epochs.count > 8 ? ", …" : ""
    return [
      left, origin, "λ by T of each restart period: \(periods.joined(separator: ", "))\(more)",
    ]
  }

  /// What coupled decay comes to.
  private static func coupled(_ explanation: PlanExplanation) -> [String] {
    let plan = explanation.plan
    guard let l2 = plan.l2, l2 > 0 else { return [] }
    let penalty =
      "L2 \(significant(l2)) adds \(significant(l2))·θ to the gradient; in Keras it is "
      + "l2(\(significant(l2 / 2)))."
    guard let lambda = explanation.coupledAsDecoupled else {
      return [
        penalty, "\(plan.rule) scales it with the gradient, so it is no decay of a known size.",
      ]
    }
    let damped = plan.dampening ?? 0 > 0 ? "·(1 − τ)" : ""
    return [
      penalty,
      "In the steady state it acts roughly like sgdw's λ, in the paper's dialect "
        + "α·l2\(damped)/(1 − β1) = \(significant(lambda)).",
    ]
  }

  /// Which tensors the table does not speak of.
  private static func groups(_ plan: TrainingPlan) -> [String] {
    let flags = PlanField.groupFields.compactMap { field in
      field.get(plan).map { "--\(field.flag) \($0)" }
    }
    return flags.isEmpty
      ? [] : ["the table is for tensors without \(flags.joined(separator: ", "))"]
  }

  /// The plan in every dialect, a line each.
  static func table(_ translations: [DialectTranslation]) -> [String] {
    let cells = translations.map { translation in
      let mark = translation.plan == nil ? "–" : translation.differences.isEmpty ? "" : "≈"
      return [mark, translation.flags ?? translation.differences.joined(separator: " ")]
    }
    let marks = translations.contains { !$0.differences.isEmpty }
    return ["the same in other dialects" + (marks ? " (≈: --to NAME says what differs)" : "") + ":"]
      + TextTable.lines(cells)
  }

  /// The plan in one dialect: flags, call, and a sentence for each thing that is not the same or
  /// not in the call.
  static func whole(_ translation: DialectTranslation) throws -> [String] {
    let call = try translation.plan.map { try OptimizerCall($0) }
    let flags = translation.flags ?? "--dialect \(translation.dialect.rawValue) cannot say it:"
    return [flags] + [call?.text].compactMap(\.self) + translation.differences
      + (call?.notes ?? [])
  }
}
