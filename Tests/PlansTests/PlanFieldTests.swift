import Datasets
import Networks
import Optimizers
import Plans
import Tensors
import Testing
import TestSupport

/// The table of the plan's fields: what every flag reads, writes and refuses.
struct PlanFieldTests {
  /// A text for every field that is not its default.
  static let texts = [
    "data": "a folder", "model": "resnet110", "shake": "even-keep-batch", "val-fraction": "0.1",
    "train-fraction": "0.5", "augment": "none", "cutout": "16",
    "epochs": "3", "steps": "0", "batch-size": "64", "bn": "group:32", "allow-small-bn": "true",
    "smoothing": "0.1", "seed": "18446744073709551615", "opt": "sgd", "lr": "0.3",
    "sched": "warm-restarts", "warmup-epochs": "2", "cosine-period": "quarter",
    "step-epochs": "0.5,30,81.25", "step-factor": "0.2", "knots": "0:0.1,12.5:1,100:0",
    "restart-epochs": "7", "restart-mult": "1.5", "eta-min": "0.01", "eta-max": "0.9",
    "restart-momentum": "reset",
    "weight-decay": "0.0005", "weight-decay-norm": "0.05",
    "allow-strong-decay": "true", "momentum": "0.5", "opt-betas": "0.8,0.99", "opt-eps": "1e-05",
    "lanes": "4", "accumulate": "2", "zero": "0", "threads": "3", "kernels": "avx2",
    "no-pin": "true",
    "allow-mixed-cpu": "true", "conv": "direct", "no-fusion": "normalize,chain",
    "output": "runs/a: b #c", "overwrite": "true", "eval-every": "0", "log-every": "1",
    "save-best": "true", "early-stop": "3",
    "profile": "trace.json", "dialect": "keras", "dampening": "0.5", "nesterov": "true",
    "amsgrad": "true", "opt-rho": "0.8", "centered": "true", "swats-tolerance": "0.001",
    "initial-accumulator": "0.25",
    "maximize": "true", "l2": "0.0001", "no-decay": "norm,bias", "no-l2": "dense",
    "lr-scale": "norm=0.5,bias=2.0", "decay-scale": "conv=0.25", "clip-grad": "1.5", "ema": "0.99",
  ]

  /// Texts that each field refuses.
  static let refused = [
    "data": [""], "model": [""],
    "shake": [
      "", "shake", "shake-shake", "keep-shake-image", "shake-shake-lane", "even-even-image-",
    ],
    "val-fraction": ["0", "1", "-0.1", "nan"],
    "train-fraction": ["0", "1.01", "-0.1", "nan"],
    "augment": ["", "crop", "CROP-FLIP"], "cutout": ["-1", "1.5", ""],
    "epochs": ["0", "-1", "1.5", "ten", ""],
    "steps": ["-1", "x"], "batch-size": ["0", "1e2"],
    "bn": ["group", "group:", "group:0", "group:-8", "Batch", ""], "allow-small-bn": ["yes", "1"],
    "smoothing": ["1", "-0.1", "inf"], "seed": ["-1", "18446744073709551616"], "opt": [""],
    "lr": ["-1", "-0.001", "nan", "inf", "1e999", "", "x"], "sched": ["linear", "Step"],
    "warmup-epochs": ["-1"], "cosine-period": ["", "full"],
    "step-epochs": ["", "30,", "30,30", "60,30", "-1", "x", "nan", "inf"],
    "step-factor": ["0", "-0.1", "nan"],
    "knots": ["", "80", "80:", ":0.1", "80:0.1,", "80:0.1:2", "80:-1", "-1:1", "9:1,9:2", "9:nan"],
    "restart-epochs": ["0", "1.5"], "restart-mult": ["0.9", "101", "nan"],
    "eta-min": ["-0.1", "inf"], "eta-max": ["0", "-1"],
    "restart-momentum": ["", "zero"], "weight-decay": ["-1e-9", "nan"],
    "weight-decay-norm": ["-1"],
    "allow-strong-decay": [""], "momentum": ["1", "-0.5"],
    "opt-betas": ["0.9", "0.9,1", "0.9,0.99,0.999", "0.9 0.99", "-0.1,0.9"],
    "opt-eps": ["0", "-1e-8"], "lanes": ["0"], "accumulate": ["0", "-1", "2.5", ""],
    "zero": ["2", "-1", "true"], "threads": ["0"],
    "kernels": ["", "AVX2", "sse2"],
    "conv": ["", "im2col"], "no-fusion": ["", "none", "chain,", "chain statistics"],
    "no-pin": ["1"], "allow-mixed-cpu": ["on"], "output": [""], "overwrite": ["please"],
    "save-best": ["best"], "early-stop": ["0", "-1", "2.5"],
    "eval-every": ["-1"], "log-every": ["0"], "profile": [""],
    "dialect": ["", "Keras", "torch"], "dampening": ["1", "-0.1"], "nesterov": ["yes"],
    "amsgrad": ["1"], "opt-rho": ["1", "-0.5"], "centered": ["no"], "swats-tolerance": ["0"],
    "initial-accumulator": ["-1"],
    "maximize": [""], "l2": ["-1e-4", "nan"], "no-decay": ["", "weights", "norm,"],
    "no-l2": ["kernel"], "lr-scale": ["", "bias", "bias=", "bias=-1", "weight=1", "bias=1,bias=2"],
    "decay-scale": ["conv:2"], "clip-grad": ["0", "-1", "inf"], "ema": ["0", "1"],
  ]

  @Test func everyFieldIsTried() {
    let flags = PlanField.all.map(\.flag)
    #expect(Set(flags).count == flags.count, "two fields have one flag")
    #expect(Set(flags) == Set(Self.texts.keys))
    #expect(Set(flags) == Set(Self.refused.keys))
    for flag in flags { #expect(PlanField.named(flag)?.flag == flag) }
    #expect(PlanField.named("learning-rate") == nil)
  }

  @Test(arguments: PlanField.all.map(\.flag))
  func aFieldReadsWhatItWrites(flag: String) throws {
    let field = try #require(PlanField.named(flag))
    let text = try #require(Self.texts[flag])
    var plan = TrainingPlan()
    #expect(field.get(plan) != text)
    try field.assign(text, to: &plan)
    #expect(field.get(plan) == text)
    #expect(plan != TrainingPlan())
    // It sets nothing else.
    for other in PlanField.all where other.flag != flag {
      #expect(other.get(plan) == other.get(TrainingPlan()), "--\(flag) sets --\(other.flag)")
    }
    #expect(!field.help.isEmpty)
  }

  @Test(arguments: PlanField.all.map(\.flag))
  func aFieldRefusesNonsense(flag: String) throws {
    let field = try #require(PlanField.named(flag))
    for text in try #require(Self.refused[flag]) {
      var plan = TrainingPlan()
      let failure = #expect(throws: Failure.self, "--\(flag) \(text)") {
        try field.assign(text, to: &plan)
      }
      #expect(failure?.kind == .usage)
      #expect(failure?.message.hasPrefix("--\(flag) \(text): expected ") == true)
      #expect(plan == TrainingPlan(), "a refused text leaves the plan as it was")
    }
  }

  @Test func aNegativeRateIsAnsweredAsOne() {
    var plan = TrainingPlan()
    let failure = #expect(throws: Failure.self) {
      try PlanField.named("lr")?.assign("-1", to: &plan)
    }
    #expect(failure?.message == "--lr -1: expected a number that is not negative.")
  }

  @Test func whatDecidesTheBitsMayNotChangeOnResume() {
    let running: Set<String> = [
      "accumulate", "allow-small-bn", "allow-strong-decay", "zero", "threads", "no-pin",
      "no-fusion",
      "allow-mixed-cpu",
      "output", "overwrite", "eval-every", "log-every", "steps", "profile", "save-best",
      "early-stop",
    ]
    for field in PlanField.all {
      #expect(field.decidesBits != running.contains(field.flag), "--\(field.flag)")
      #expect(field.mayChangeOnResume != field.decidesBits, "--\(field.flag)")
      #expect(!field.sweepable || field.decidesBits, "--\(field.flag)")
    }
  }

  @Test func defaults() {
    let expected = [
      "data": "synthetic", "model": "resnet20", "augment": "crop-flip", "cutout": "0",
      "epochs": "10",
      "batch-size": "128", "bn": "batch", "smoothing": "0.0", "seed": "1", "opt": "adamw",
      "sched": "cosine", "warmup-epochs": "0", "lanes": "8", "accumulate": "1", "zero": "1",
      "kernels": "auto", "dialect": "paper",
      "conv": "auto", "eval-every": "1", "log-every": "50",
    ]
    for field in PlanField.all {
      #expect(field.get(TrainingPlan()) == expected[field.flag], "--\(field.flag)")
    }
  }

  @Test(arguments: ScheduleName.allCases)
  func aResolvedPlanFixesWhatTheScheduleLeftOpen(schedule: ScheduleName) throws {
    let texts = [
      "cosine-period": "half", "step-epochs": "30,60,80", "step-factor": "0.1",
      "restart-epochs": "100", "restart-mult": "2.0", "eta-min": "0.0", "eta-max": "1.0",
      "restart-momentum": "keep",
    ]
    let fixed: [ScheduleName: [String]] = [
      .cosine: ["cosine-period"], .step: ["step-epochs", "step-factor"],
      .warmRestarts: [
        "restart-epochs", "restart-mult", "eta-min", "eta-max", "restart-momentum",
      ],
    ]
    var plan = TrainingPlan()
    plan.schedule = schedule
    let resolved = try plan.resolved
    for (flag, text) in texts {
      let expected = fixed[schedule]?.contains(flag) == true ? text : nil
      #expect(PlanField.named(flag)?.get(resolved) == expected, "--\(flag)")
    }
    #expect(resolved.scheduleShape == plan.scheduleShape && resolved.knots == nil)
  }

  @Test(
    arguments: [
      (
        "adamw", Dialect.paper,
        [
          "lr": "0.001", "opt-betas": "0.9,0.999", "opt-eps": "1e-08",
          "weight-decay-norm": "0.025",
        ]
      ),
      ("sgd", .paper, ["lr": "0.05", "momentum": "0.9", "dampening": "0.0"]),
      (
        "adamw", .keras,
        ["lr": "0.001", "opt-betas": "0.9,0.999", "opt-eps": "1e-07", "weight-decay": "0.004"]
      ),
      (
        "rmsprop", .pytorch,
        ["lr": "0.001", "opt-eps": "1e-08", "opt-rho": "0.99", "momentum": "0.0"]
      ),
    ] as [(String, Dialect, [String: String])]
  )
  func aResolvedPlanFixesWhatTheRuleLeftOpen(
    rule: String,
    dialect: Dialect,
    expected: [String: String]
  ) throws {
    var plan = TrainingPlan()
    (plan.rule, plan.dialect) = (rule, dialect)
    let resolved = try plan.resolved
    for flag in [
      "lr", "opt-betas", "opt-eps", "opt-rho", "momentum", "dampening", "weight-decay",
      "weight-decay-norm",
    ] {
      #expect(PlanField.named(flag)?.get(resolved) == expected[flag], "--\(flag)")
    }
  }

  @Test(arguments: ["shake26-2x16d", "resnet20"])
  func aResolvedPlanFixesTheMixture(model: String) throws {
    var plan = TrainingPlan()
    plan.model = model
    let field = try #require(PlanField.named("shake"))
    #expect(field.get(try plan.resolved) == (model == "resnet20" ? nil : "shake-shake-image"))
    plan.shake = ShakeMode(.even, .shake, .batch)
    #expect(field.get(try plan.resolved) == "even-shake-batch")
  }

  @Test func aConstantThatTheRuleDoesNotTakeIsRefused() throws {
    var plan = TrainingPlan()
    plan.momentum = 0.5
    #expect(throws: Failure.self) { try plan.validate(ranks: 1) }
    plan.rule = "sgd"
    try plan.validate(ranks: 1)
    plan.epsilon = 1e-3
    #expect(throws: Failure.self) { try plan.validate(ranks: 1) }
  }
}
