import Kernels
import Networks
import Optimizers
import Tensors

extension PlanField {
  /// How and where a run goes, and what it leaves.
  static let runFields: [PlanField] = [
    integer(
      "lanes",
      .parallel,
      .method,
      \.lanes,
      atLeast: 1,
      "slices of the batch; at most so many ranks; decides the bits, ranks and threads do not"
    ),
    integer(
      "accumulate",
      .parallel,
      .running,
      \.accumulate,
      atLeast: 1,
      "rounds in which a rank takes its lanes, adding up gradients: less memory, same bits"
    ),
    row(
      "zero",
      .value("0|1"),
      .parallel,
      .running,
      "1: each rank keeps optimizer state for its slices only; 0: all of it; same bits",
      { "\($0.zero)" }
    ) { plan, text in
      guard let value = Int(text), value == 0 || value == 1 else { return "0 or 1" }
      plan.zero = value
      return nil
    },
    optionalInteger(
      "threads",
      .parallel,
      .running,
      \.threads,
      atLeast: 1,
      atMost: 1024,
      "threads of a rank; by default the cores it may use"
    ),
    choice(
      "kernels",
      .parallel,
      .identity,
      \.kernels,
      "instruction set; auto: the best that the CPUs of all ranks have"
    ),
    choice(
      "conv",
      .parallel,
      .method,
      \.convolutions,
      "how convolutions are computed; auto: layer by layer what measures best; decides the last bits"
    ),
    set(
      "no-fusion",
      .parallel,
      .running,
      \.fusionsOff,
      "do not put these together: " + Fusion.allCases.map(\.rawValue).joined(separator: ", ")
        + "; slower, same bits; to find faults"
    ),
    toggle("no-pin", .parallel, .running, \.noPin, "do not bind threads to cores"),
    toggle(
      "allow-mixed-cpu",
      .parallel,
      .running,
      \.allowMixedCPU,
      "allow ranks whose OpenBLAS kernels differ; results then depend on who runs what"
    ),
    row(
      "output",
      .value("DIR"),
      .output,
      .running,
      "run folder; by default runs/MODEL-DATA-TIME",
      { $0.output }
    ) { plan, text in
      if text.isEmpty { return "a folder" }
      plan.output = text
      return nil
    },
    toggle("overwrite", .output, .running, \.overwrite, "replace a run in the output folder"),
    integer(
      "eval-every",
      .output,
      .running,
      \.evalEvery,
      atLeast: 0,
      "epochs between evaluations; 0: only at the end"
    ),
    toggle(
      "save-best",
      .output,
      .running,
      \.saveBest,
      "save best.safetensors: the weights, with --ema their average, of the evaluation with the "
        + "most right answers"
    ),
    optionalInteger(
      "early-stop",
      .output,
      .extent,
      \.earlyStop,
      atLeast: 1,
      "stop after so many evaluations in a row without a new best"
    ),
    integer(
      "log-every",
      .output,
      .running,
      \.logEvery,
      atLeast: 1,
      "steps between lines of metrics"
    ),
    row(
      "profile",
      .value("FILE"),
      .output,
      .running,
      "write a Chrome trace of steps \(TrainingPlan.profiledSteps.lowerBound) to "
        + "\(TrainingPlan.profiledSteps.upperBound) of every rank and thread; ui.perfetto.dev shows it",
      { $0.profile }
    ) { plan, text in
      if text.isEmpty { return "a file" }
      plan.profile = text
      return nil
    },
  ]
}
