import ArgumentParser

/// The update rule.
struct RuleOptions: ParsableArguments {
  @Option(name: .customLong("opt"), parsing: .unconditional, help: .field("opt"))
  var opt: String?

  var assignments: [(flag: String, text: String?)] { [("opt", opt)] }
}

/// Its dialect and constants.
struct RuleConstantOptions: ParsableArguments {
  @Option(name: .customLong("dialect"), parsing: .unconditional, help: .field("dialect"))
  var dialect: String?
  @Option(name: .customLong("momentum"), parsing: .unconditional, help: .field("momentum"))
  var momentum: String?
  @Option(name: .customLong("dampening"), parsing: .unconditional, help: .field("dampening"))
  var dampening: String?
  @Flag(name: .customLong("nesterov"), help: .field("nesterov"))
  var nesterov = false
  @Option(name: .customLong("opt-betas"), parsing: .unconditional, help: .field("opt-betas"))
  var optBetas: String?
  @Option(name: .customLong("opt-eps"), parsing: .unconditional, help: .field("opt-eps"))
  var optEps: String?
  @Flag(name: .customLong("amsgrad"), help: .field("amsgrad"))
  var amsgrad = false
  @Option(name: .customLong("opt-rho"), parsing: .unconditional, help: .field("opt-rho"))
  var optRho: String?
  @Flag(name: .customLong("centered"), help: .field("centered"))
  var centered = false
  @Option(
    name: .customLong("initial-accumulator"),
    parsing: .unconditional,
    help: .field("initial-accumulator")
  )
  var initialAccumulator: String?
  @Option(
    name: .customLong("swats-tolerance"),
    parsing: .unconditional,
    help: .field("swats-tolerance")
  )
  var swatsTolerance: String?
  @Flag(name: .customLong("maximize"), help: .field("maximize"))
  var maximize = false

  var assignments: [(flag: String, text: String?)] {
    [
      ("dialect", dialect),
      ("momentum", momentum),
      ("dampening", dampening),
      ("nesterov", nesterov ? "true" : nil),
      ("opt-betas", optBetas),
      ("opt-eps", optEps),
      ("amsgrad", amsgrad ? "true" : nil),
      ("opt-rho", optRho),
      ("centered", centered ? "true" : nil),
      ("initial-accumulator", initialAccumulator),
      ("swats-tolerance", swatsTolerance),
      ("maximize", maximize ? "true" : nil),
    ]
  }
}

/// What else happens to gradients and weights.
struct WeightOptions: ParsableArguments {
  @Option(name: .customLong("l2"), parsing: .unconditional, help: .field("l2"))
  var l2: String?
  @Option(
    name: .customLong("no-decay"),
    parsing: .unconditionalSingleValue,
    help: .field("no-decay")
  )
  var noDecay: [String] = []
  @Option(
    name: .customLong("no-l2"),
    parsing: .unconditionalSingleValue,
    help: .field("no-l2")
  )
  var noL2: [String] = []
  @Option(name: .customLong("lr-scale"), parsing: .unconditional, help: .field("lr-scale"))
  var lrScale: String?
  @Option(name: .customLong("decay-scale"), parsing: .unconditional, help: .field("decay-scale"))
  var decayScale: String?
  @Option(name: .customLong("clip-grad"), parsing: .unconditional, help: .field("clip-grad"))
  var clipGrad: String?
  @Option(name: .customLong("ema"), parsing: .unconditional, help: .field("ema"))
  var ema: String?

  var assignments: [(flag: String, text: String?)] {
    [
      ("l2", l2),
      ("no-decay", noDecay.isEmpty ? nil : noDecay.joined(separator: ",")),
      ("no-l2", noL2.isEmpty ? nil : noL2.joined(separator: ",")),
      ("lr-scale", lrScale),
      ("decay-scale", decayScale),
      ("clip-grad", clipGrad),
      ("ema", ema),
    ]
  }
}
