import ArgumentParser

// The flags of where a run takes place and what it leaves; see PlanOptions.

/// Lanes, shards and threads.
struct ParallelOptions: ParsableArguments {
  @Option(name: .customLong("lanes"), parsing: .unconditional, help: .field("lanes"))
  var lanes: String?
  @Option(name: .customLong("accumulate"), parsing: .unconditional, help: .field("accumulate"))
  var accumulate: String?
  @Option(name: .customLong("zero"), parsing: .unconditional, help: .field("zero"))
  var zero: String?
  @Option(name: .customLong("threads"), parsing: .unconditional, help: .field("threads"))
  var threads: String?

  var assignments: [(flag: String, text: String?)] {
    [
      ("lanes", lanes),
      ("accumulate", accumulate),
      ("zero", zero),
      ("threads", threads),
    ]
  }
}

/// On which CPUs the ranks run.
struct PlacementOptions: ParsableArguments {
  @Option(name: .customLong("kernels"), parsing: .unconditional, help: .field("kernels"))
  var kernels: String?
  @Flag(name: .customLong("no-pin"), help: .field("no-pin"))
  var noPin = false
  @Flag(name: .customLong("allow-mixed-cpu"), help: .field("allow-mixed-cpu"))
  var allowMixedCPU = false

  var assignments: [(flag: String, text: String?)] {
    [
      ("kernels", kernels),
      ("no-pin", noPin ? "true" : nil),
      ("allow-mixed-cpu", allowMixedCPU ? "true" : nil),
    ]
  }
}

/// How the network is computed.
struct EngineOptions: ParsableArguments {
  @Option(name: .customLong("conv"), parsing: .unconditional, help: .field("conv"))
  var conv: String?
  @Option(
    name: .customLong("no-fusion"),
    parsing: .unconditionalSingleValue,
    help: .field("no-fusion")
  )
  var noFusion: [String] = []

  var assignments: [(flag: String, text: String?)] {
    [
      ("conv", conv),
      ("no-fusion", noFusion.isEmpty ? nil : noFusion.joined(separator: ",")),
    ]
  }
}

/// What is written where.
struct OutputOptions: ParsableArguments {
  @Option(name: .customLong("output"), parsing: .unconditional, help: .field("output"))
  var output: String?
  @Option(name: .customLong("eval-every"), parsing: .unconditional, help: .field("eval-every"))
  var evalEvery: String?
  @Flag(name: .customLong("save-best"), help: .field("save-best"))
  var saveBest = false
  @Option(name: .customLong("early-stop"), parsing: .unconditional, help: .field("early-stop"))
  var earlyStop: String?
  @Option(name: .customLong("log-every"), parsing: .unconditional, help: .field("log-every"))
  var logEvery: String?
  @Option(name: .customLong("profile"), parsing: .unconditional, help: .field("profile"))
  var profile: String?
  @Flag(name: .customLong("overwrite"), help: .field("overwrite"))
  var overwrite = false

  var assignments: [(flag: String, text: String?)] {
    [
      ("output", output),
      ("eval-every", evalEvery),
      ("save-best", saveBest ? "true" : nil),
      ("early-stop", earlyStop),
      ("log-every", logEvery),
      ("profile", profile),
      ("overwrite", overwrite ? "true" : nil),
    ]
  }
}
