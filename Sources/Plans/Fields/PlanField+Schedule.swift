import Optimizers

extension PlanField {
  /// η over the run.
  static let scheduleFields: [PlanField] = [
    PlanField(
      "sched",
      \.schedule,
      .choice,
      .method,
      "schedule multiplier η, over the whole horizon of epochs"
    ),
    PlanField(
      "warmup-epochs",
      \.warmupEpochs,
      .integer(0...),
      .method,
      "epochs over which η rises linearly to 1, before any schedule and part of the horizon"
    ),
    PlanField(
      "cosine-period",
      \.cosinePeriod,
      .optional(.choice),
      .method,
      schedules: [.cosine],
      "cosine: η = ½(1 + cos πx) or cos ½πx; by default half"
    ),
    PlanField(
      "step-epochs",
      \.stepEpochs,
      .optional(
        .list(
          "E,E",
          .items,
          expected: "rising epochs such as 30,60,80",
          after: { $0 > $1 },
          read: NumberRange.notNegative.read,
          write: plain
        )
      ),
      .method,
      schedules: [.step],
      "step: epochs after which η falls; by default "
        + TrainingPlan.usualStepEpochs.map(plain).joined(separator: ",")
    ),
    PlanField(
      "step-factor",
      \.stepFactor,
      .optional(.number(.positive)),
      .method,
      schedules: [.step],
      "step: what η is multiplied by each time; by default \(TrainingPlan.usualStepFactor)"
    ),
    PlanField(
      "knots",
      \.knots,
      .optional(
        .list(
          "E:M,E:M",
          .pairs(":"),
          expected: "rising epochs with multipliers such as 80:0.1,120:0.01",
          after: { $0.epoch > $1.epoch },
          read: { ScheduleKnot($0) },
          write: \.description
        )
      ),
      .method,
      schedules: [.piecewiseConstant, .piecewiseLinear],
      "piecewise-constant: η is M from epoch E on; piecewise-linear: η runs straight from M to M"
    ),
    PlanField(
      "restart-epochs",
      \.restartEpochs,
      .optional(.integer(1...)),
      .method,
      schedules: [.warmRestarts],
      "warm-restarts: T_0, epochs of the first period; by default \(TrainingPlan.usualRestartEpochs)"
    ),
    PlanField(
      "restart-mult",
      \.restartFactor,
      .optional(.number(.growth)),
      .method,
      schedules: [.warmRestarts],
      "warm-restarts: T_mult, how much longer each period is than the last; by default "
        + plain(TrainingPlan.usualRestartFactor)
    ),
    PlanField(
      "eta-min",
      \.etaMin,
      .optional(.number(.notNegative)),
      .method,
      schedules: [.warmRestarts],
      "warm-restarts: η at the end of a period; by default 0"
    ),
    PlanField(
      "eta-max",
      \.etaMax,
      .optional(.number(.positive)),
      .method,
      schedules: [.warmRestarts],
      "warm-restarts: η at the start of a period; by default 1"
    ),
    PlanField(
      "restart-momentum",
      \.restartMomentum,
      .optional(.choice),
      .method,
      schedules: [.warmRestarts],
      "warm-restarts: keep the optimizer's state at a restart, or start it anew; by default keep"
    ),
  ]
}
