import Optimizers
import Tensors

extension PlanField {
  /// η over the run.
  static let scheduleFields: [PlanField] = [
    choice(
      "sched",
      .optimizer,
      .method,
      \.schedule,
      "schedule multiplier η, over the whole horizon of epochs"
    ),
    integer(
      "warmup-epochs",
      .optimizer,
      .method,
      \.warmupEpochs,
      atLeast: 0,
      "epochs over which η rises linearly to 1, before any schedule and part of the horizon"
    ),
    optionalChoice(
      "cosine-period",
      .optimizer,
      .method,
      \.cosinePeriod,
      "cosine: η = ½(1 + cos πx) or cos ½πx; by default half"
    ),
    row(
      "step-epochs",
      .value("E,E"),
      .optimizer,
      .method,
      "step: epochs after which η falls; by default "
        + TrainingPlan.usualStepEpochs.map(plain).joined(separator: ","),
      { $0.stepEpochs.map { $0.map(plain).joined(separator: ",") } }
    ) { plan, text in
      let epochs = pieces(text) { NumberRange.notNegative.read($0) }
      guard let epochs, rises(epochs) else { return "rising epochs such as 30,60,80" }
      plan.stepEpochs = epochs
      return nil
    },
    optionalNumber(
      "step-factor",
      .optimizer,
      .method,
      \.stepFactor,
      .positive,
      "step: what η is multiplied by each time; by default \(TrainingPlan.usualStepFactor)"
    ),
    row(
      "knots",
      .value("E:M,E:M"),
      .optimizer,
      .method,
      "piecewise-constant: η is M from epoch E on; piecewise-linear: η runs straight from M to M",
      { $0.knots.map { $0.map(\.description).joined(separator: ",") } }
    ) { plan, text in
      let knots = pieces(text) { ScheduleKnot($0) }
      guard let knots, rises(knots.map(\.epoch)) else {
        return "rising epochs with multipliers such as 80:0.1,120:0.01"
      }
      plan.knots = knots
      return nil
    },
    optionalInteger(
      "restart-epochs",
      .optimizer,
      .method,
      \.restartEpochs,
      atLeast: 1,
      "warm-restarts: T_0, epochs of the first period; by default "
        + "\(TrainingPlan.usualRestartEpochs)"
    ),
    optionalNumber(
      "restart-mult",
      .optimizer,
      .method,
      \.restartFactor,
      .growth,
      "warm-restarts: T_mult, how much longer each period is than the last; by default "
        + plain(TrainingPlan.usualRestartFactor)
    ),
    optionalNumber(
      "eta-min",
      .optimizer,
      .method,
      \.etaMin,
      .notNegative,
      "warm-restarts: η at the end of a period; by default 0"
    ),
    optionalNumber(
      "eta-max",
      .optimizer,
      .method,
      \.etaMax,
      .positive,
      "warm-restarts: η at the start of a period; by default 1"
    ),
    optionalChoice(
      "restart-momentum",
      .optimizer,
      .method,
      \.restartMomentum,
      "warm-restarts: keep the optimizer's state at a restart, or start it anew; by default keep"
    ),
  ]

  /// What stands between commas, read one by one; nil where one cannot be read.
  private static func pieces<T>(_ text: String, _ read: (String) -> T?) -> [T]? {
    let pieces = text.split(separator: ",", omittingEmptySubsequences: false)
    let values = pieces.compactMap { read(String($0)) }
    return values.count == pieces.count ? values : nil
  }

  private static func rises(_ epochs: [Double]) -> Bool {
    zip(epochs, epochs.dropFirst()).allSatisfy { $0 < $1 }
  }
}
