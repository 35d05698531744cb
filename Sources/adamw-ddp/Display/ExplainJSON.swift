import Optimizers
import Plans

/// An explanation as one line of JSON.
enum ExplainJSON {
  /// A restart period; a plan without restarts has one.
  private struct Period: Encodable {
    let firstStep: Int
    let epochs: Double
    /// λ as the plan means it, and what it takes at η = 1.
    let weightDecay, decayAtFullRate: Double
    let weightDecayNorm: Double
  }

  private struct Translation: Encodable {
    let dialect: String
    let flags, call: String?
    let weightDecay, weightDecayNorm: Double?
    let differences, notes: [String]
  }

  static func line(
    _ explanation: PlanExplanation,
    _ translations: [DialectTranslation]
  ) throws -> String {
    let (plan, horizon) = (explanation.plan, explanation.horizon)
    let periods = horizon.decays.indices.map {
      Period(
        firstStep: horizon.course.periodStarts[$0],
        epochs: horizon.course.periodEpochs[$0],
        weightDecay: horizon.decays[$0],
        decayAtFullRate: explanation.paperDecays[$0],
        weightDecayNorm: explanation.paperNorms[$0]
      )
    }
    let others = try translations.map { translation in
      let call = try translation.plan.map { try OptimizerCall($0) }
      return Translation(
        dialect: translation.dialect.rawValue,
        flags: translation.flags,
        call: call?.text,
        weightDecay: translation.plan?.weightDecay,
        weightDecayNorm: translation.plan?.weightDecayNorm,
        differences: translation.differences,
        notes: call?.notes ?? []
      )
    }
    return try JSONText.object([
      "opt": plan.rule,
      "dialect": plan.dialect.rawValue,
      "learning_rate": horizon.learningRate,
      "images": horizon.samples,
      "batch_size": plan.batchSize,
      "epochs": plan.epochs,
      "steps_per_epoch": horizon.stepsPerEpoch,
      "steps": horizon.steps,
      "l2": plan.l2 ?? 0,
      "l2_as_decay": explanation.coupledAsDecoupled,
      "left": explanation.left,
      "periods": periods,
      "rows": explanation.rows,
      "translations": others,
      "warnings": explanation.warnings,
    ])
  }
}
