import Tensors

extension PlanField {
  /// How a run is saved on its way, stopped, and checked.
  static let safetyFields: [PlanField] = [
    PlanField(
      "checkpoint-every",
      \.checkpointEvery,
      .optional(.integer(0...)),
      .running,
      "steps between checkpoints; 0: only when the run stops or ends; by default every epoch, or "
        + "less often where saving takes long beside training"
    ),
    PlanField(
      "checkpoint-minutes",
      \.checkpointMinutes,
      .number(.notNegative),
      .running,
      "a checkpoint at least so often; 0: by steps alone"
    ),
    PlanField(
      "keep-checkpoints",
      \.keepCheckpoints,
      .integer(1...),
      .running,
      "how many of the last checkpoints are kept, beside the best and those at restarts"
    ),
    PlanField(
      "keep-every",
      \.keepEvery,
      .optional(.integer(1...)),
      .running,
      "keep the checkpoints of all multiples of so many steps, for adamw-ddp replay"
    ),
    PlanField(
      "max-minutes",
      \.maxMinutes,
      .optional(.number(.positive)),
      .running,
      "stop after the first step that ends so long after the start; --resume does not keep it"
    ),
    PlanField(
      "deadline",
      \.deadline,
      .optional(.number(.notNegative)),
      .running,
      also: .eval,
      "seconds after which a rank that is still in a step, with eval not done, is held for hung and "
        + "ends the job; 0: never; by default ten times the usual step, and 120 at least; with eval "
        + "an hour"
    ),
    // No bit of a run whose steps are all finite; another ends or goes on.
    PlanField(
      "on-nonfinite",
      \.onNonFinite,
      .choice,
      .running,
      "a step whose loss or gradient is not finite ends the run, or is left out and counted; "
        + "\(NonFinitePolicy.mostInARow) in a row end it too"
    ),
    PlanField(
      "audit",
      \.audit,
      .optional(.integer(1...)),
      .running,
      also: .estimate,
      "compute every N-th step twice, lanes on other ranks (of a rank alone on other threads; of a "
        + "thread alone on the same), and end the run where they differ: an error of CPU or memory"
    ),
    PlanField(
      "digest-every",
      \.digestEvery,
      .integer(0...),
      .running,
      also: .benchStep,
      "steps between digests of the state in digests.csv, which adamw-ddp replay checks; 0: none"
    ),
  ]
}
