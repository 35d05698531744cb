import Kernels
import Networks

extension PlanField {
  /// How the work is shared and done.
  static let parallelFields: [PlanField] = [
    PlanField(
      "lanes",
      \.lanes,
      .integer(1...),
      .method,
      also: [.explain, .estimate, .benchStep],
      "slices of the batch; at most so many ranks; decides the bits, ranks and threads do not"
    ),
    PlanField(
      "accumulate",
      \.accumulate,
      .integer(1...),
      .running,
      also: [.explain, .estimate, .benchStep],
      "rounds in which a rank takes its lanes, adding up gradients: less memory, same bits"
    ),
    PlanField(
      "zero",
      \.zero,
      .described("0|1", expected: "0 or 1", read: { ["0": 0, "1": 1][$0] }),
      .running,
      also: [.explain, .estimate, .benchStep],
      "1: each rank keeps optimizer state for its slices only; 0: all of it; same bits"
    ),
    PlanField(
      "threads",
      \.threads,
      .optional(.integer(1...1024)),
      .running,
      isLocal: true,
      also: [.explain, .estimate, .benchStep, .benchKernels, .eval, .replay, .data, .preview],
      "threads of a rank; by default the cores it may use"
    ),
    // No bit: the kernels of all instruction sets are held to the same ones.
    PlanField(
      "kernels",
      \.kernels,
      .choice,
      .running,
      also: [.benchStep, .benchKernels, .eval, .replay],
      "instruction set; auto: the best that the CPUs of all ranks have"
    ),
    PlanField(
      "no-pin",
      \.noPin,
      .toggle,
      .running,
      isLocal: true,
      also: [.benchStep, .replay],
      "do not bind threads to cores"
    ),
    // What it allows moves bits: OpenBLAS kernels, which are the machines' and not the plan's.
    PlanField(
      "allow-mixed-cpu",
      \.allowMixedCPU,
      .toggle,
      .running,
      also: [.benchStep, .eval, .replay],
      "allow ranks whose OpenBLAS kernels differ; results then depend on who runs what"
    ),
    PlanField(
      "conv",
      \.convolutions,
      .choice,
      .method,
      also: [.estimate, .benchStep, .eval],
      "how convolutions are computed; auto: layer by layer what measures best; decides the last bits"
    ),
    PlanField(
      "no-fusion",
      \.fusionsOff,
      .names(),
      .running,
      also: [.estimate, .benchStep, .eval],
      "do not put these together: " + Fusion.allCases.map(\.rawValue).joined(separator: ", ")
        + "; slower, same bits; to find faults"
    ),
  ]

  /// What a run leaves.
  static let outputFields: [PlanField] = [
    // Rank 0's counts; the others may know the place by another path.
    PlanField(
      "output",
      \.output,
      .optional(.path("DIR", expected: "a folder")),
      .running,
      isLocal: true,
      "run folder; by default runs/MODEL-DATA-TIME"
    ),
    PlanField(
      "overwrite",
      \.overwrite,
      .toggle,
      .running,
      "replace a run in the output folder"
    ),
    // What is not evaluated is not the best model, nor counted by --early-stop.
    PlanField(
      "eval-every",
      \.evalEvery,
      .integer(0...),
      .extent,
      "epochs between evaluations; 0: only at the end"
    ),
    PlanField(
      "save-best",
      \.saveBest,
      .toggle,
      .running,
      "save best.safetensors: the weights, with --ema their average, of the evaluation with the "
        + "most right answers"
    ),
    PlanField(
      "early-stop",
      \.earlyStop,
      .optional(.integer(1...)),
      .extent,
      "stop after so many evaluations in a row without a new best"
    ),
    PlanField(
      "log-every",
      \.logEvery,
      .integer(1...),
      .running,
      "steps between lines of metrics"
    ),
    // All ranks or none: rank 0 gathers from all what it writes.
    PlanField(
      "profile",
      \.profile,
      .optional(.path("FILE", expected: "a file")),
      .running,
      also: .benchStep,
      "write a Chrome trace of every rank and thread over "
        + "\(TrainingPlan.profiledSteps.count) steps, of a run steps "
        + "\(TrainingPlan.profiledSteps.lowerBound) to \(TrainingPlan.profiledSteps.upperBound); "
        + "ui.perfetto.dev shows it"
    ),
  ]
}
