import ArgumentParser
import Plans

// The flags of the plan. Names, help and reading come from the plan's table of fields; a test compares the two.

extension ArgumentHelp {
  /// The help of a field of the plan, with its default.
  static func field(_ flag: String) -> ArgumentHelp {
    guard let field = PlanField.named(flag) else { preconditionFailure("no field \(flag)") }
    var text = field.help
    if case .value(let placeholder) = field.form {
      if let value = field.get(TrainingPlan()) { text += " (default: \(value))" }
      return ArgumentHelp("\(text)", valueName: placeholder)
    }
    return ArgumentHelp("\(text)")
  }
}

extension TrainingPlan {
  /// Takes up the flags that were given.
  mutating func assign(_ assignments: [(flag: String, text: String?)]) throws {
    try overlay(assignments.compactMap { flag, text in text.map { (flag, $0) } })
  }
}

/// What is trained.
struct ModelOptions: ParsableArguments {
  @Option(name: .customLong("model"), parsing: .unconditional, help: .field("model"))
  var model: String?

  var assignments: [(flag: String, text: String?)] { [("model", model)] }
}

/// What of it is random.
struct ShakeOptions: ParsableArguments {
  @Option(name: .customLong("shake"), parsing: .unconditional, help: .field("shake"))
  var shake: String?

  var assignments: [(flag: String, text: String?)] { [("shake", shake)] }
}

/// What it is trained on.
struct DataOptions: ParsableArguments {
  @Option(name: .customLong("data"), parsing: .unconditional, help: .field("data"))
  var data: String?
  @Option(name: .customLong("val-fraction"), parsing: .unconditional, help: .field("val-fraction"))
  var valFraction: String?
  @Option(
    name: .customLong("train-fraction"),
    parsing: .unconditional,
    help: .field("train-fraction")
  )
  var trainFraction: String?
  @Option(name: .customLong("augment"), parsing: .unconditional, help: .field("augment"))
  var augment: String?
  @Option(name: .customLong("cutout"), parsing: .unconditional, help: .field("cutout"))
  var cutout: String?

  var assignments: [(flag: String, text: String?)] {
    [
      ("data", data),
      ("val-fraction", valFraction),
      ("train-fraction", trainFraction),
      ("augment", augment),
      ("cutout", cutout),
    ]
  }
}

/// The batch and what is taken over it.
struct BatchOptions: ParsableArguments {
  @Option(name: .customLong("batch-size"), parsing: .unconditional, help: .field("batch-size"))
  var batchSize: String?
  @Option(name: .customLong("bn"), parsing: .unconditional, help: .field("bn"))
  var bn: String?
  @Flag(name: .customLong("allow-small-bn"), help: .field("allow-small-bn"))
  var allowSmallBN = false

  var assignments: [(flag: String, text: String?)] {
    [
      ("batch-size", batchSize),
      ("bn", bn),
      ("allow-small-bn", allowSmallBN ? "true" : nil),
    ]
  }
}

/// How long and how.
struct TrainingOptions: ParsableArguments {
  @Option(name: .customLong("epochs"), parsing: .unconditional, help: .field("epochs"))
  var epochs: String?
  @Option(name: .customLong("steps"), parsing: .unconditional, help: .field("steps"))
  var steps: String?
  @Option(name: .customLong("smoothing"), parsing: .unconditional, help: .field("smoothing"))
  var smoothing: String?
  @Option(name: .customLong("seed"), parsing: .unconditional, help: .field("seed"))
  var seed: String?

  var assignments: [(flag: String, text: String?)] {
    [
      ("epochs", epochs),
      ("steps", steps),
      ("smoothing", smoothing),
      ("seed", seed),
    ]
  }
}

/// Learning rate and decoupled decay.
struct OptimizerOptions: ParsableArguments {
  @Option(name: .customLong("lr"), parsing: .unconditional, help: .field("lr"))
  var lr: String?
  @Option(name: .customLong("weight-decay"), parsing: .unconditional, help: .field("weight-decay"))
  var weightDecay: String?
  @Option(
    name: .customLong("weight-decay-norm"),
    parsing: .unconditional,
    help: .field("weight-decay-norm")
  )
  var weightDecayNorm: String?
  @Flag(name: .customLong("allow-strong-decay"), help: .field("allow-strong-decay"))
  var allowStrongDecay = false

  var assignments: [(flag: String, text: String?)] {
    [
      ("lr", lr),
      ("weight-decay", weightDecay),
      ("weight-decay-norm", weightDecayNorm),
      ("allow-strong-decay", allowStrongDecay ? "true" : nil),
    ]
  }
}

/// The schedule.
struct ScheduleOptions: ParsableArguments {
  @Option(name: .customLong("sched"), parsing: .unconditional, help: .field("sched"))
  var sched: String?
  @Option(
    name: .customLong("warmup-epochs"),
    parsing: .unconditional,
    help: .field("warmup-epochs")
  )
  var warmupEpochs: String?
  @Option(
    name: .customLong("cosine-period"),
    parsing: .unconditional,
    help: .field("cosine-period")
  )
  var cosinePeriod: String?
  @Option(name: .customLong("step-epochs"), parsing: .unconditional, help: .field("step-epochs"))
  var stepEpochs: String?
  @Option(name: .customLong("step-factor"), parsing: .unconditional, help: .field("step-factor"))
  var stepFactor: String?
  @Option(name: .customLong("knots"), parsing: .unconditional, help: .field("knots"))
  var knots: String?
  @Option(
    name: .customLong("restart-epochs"),
    parsing: .unconditional,
    help: .field("restart-epochs")
  )
  var restartEpochs: String?
  @Option(name: .customLong("restart-mult"), parsing: .unconditional, help: .field("restart-mult"))
  var restartMult: String?
  @Option(name: .customLong("eta-min"), parsing: .unconditional, help: .field("eta-min"))
  var etaMin: String?
  @Option(name: .customLong("eta-max"), parsing: .unconditional, help: .field("eta-max"))
  var etaMax: String?
  @Option(
    name: .customLong("restart-momentum"),
    parsing: .unconditional,
    help: .field("restart-momentum")
  )
  var restartMomentum: String?

  var assignments: [(flag: String, text: String?)] {
    [
      ("sched", sched),
      ("warmup-epochs", warmupEpochs),
      ("cosine-period", cosinePeriod),
      ("step-epochs", stepEpochs),
      ("step-factor", stepFactor),
      ("knots", knots),
      ("restart-epochs", restartEpochs),
      ("restart-mult", restartMult),
      ("eta-min", etaMin),
      ("eta-max", etaMax),
      ("restart-momentum", restartMomentum),
    ]
  }
}
