import Datasets
import Networks
import Optimizers
import Plans
import Tensors
import Testing
import TestSupport

/// The table of the plan's fields: what every flag reads, writes and refuses.
struct PlanFieldTests {
  /// Texts that every field is given, beside the words of its own placeholder: each takes some and
  /// refuses the others.
  static let texts = [
    "", " ", "0", "1", "2", "3", "-1", "+1", "0.5", "1.5", "-0.1", "1e2", "1e-5", "1e999", "nan",
    "inf", "18446744073709551615", "18446744073709551616", "true", "false", "yes", "x", "a: b #c",
    "0.8,0.99", "1,2", "2,1", "1,1", ",1", "1,", "0:0.1,12.5:1", "1:1,0:1", "norm,bias", "norm,",
    "norm=0.5,bias=2", "norm=1,norm=2", "group:32", "group:0", "even-keep-batch",
    "chain,normalize", "flip,mixup:0.2", "mean-image",
  ]

  /// Those, and the words among which a field chooses.
  private static func texts(_ field: PlanField) -> [String] {
    guard case .value(let placeholder) = field.form else { return texts }
    return texts + placeholder.split(separator: "|").map(String.init)
  }

  /// A text that the field takes and that is not its default.
  static func changed(_ field: PlanField) throws -> String {
    let text = texts(field).last { text in
      var plan = TrainingPlan()
      return (try? field.assign(text, to: &plan)) != nil && plan != TrainingPlan()
    }
    return try #require(text, "--\(field.flag)")
  }

  /// What some fields refuse beside.
  static let refused = [
    "data": [""], "model": [""],
    "shake": [
      "", "shake", "shake-shake", "keep-shake-image", "shake-shake-lane", "even-even-image-",
    ],
    "val-fraction": ["0", "1", "-0.1", "nan"],
    "train-fraction": ["0", "1.01", "-0.1", "nan"],
    "augment": ["", "crop", "crop_flip", "flip,", "mixup,flip", "pad-crop:0"],
    "normalize": ["", "mean", "1", "1,2/3", "1/0", "1/nan"], "cutout": ["-1", "1.5", ""],
    "epochs": ["0", "-1", "1.5", "ten", ""],
    "steps": ["-1", "x"], "batch-size": ["0", "1e2"], "drop-last": ["y", "1"],
    "bn": ["group", "group:", "group:0", "group:-8", "Batches", ""], "allow-small-bn": ["y", "1"],
    "smoothing": ["1", "-0.1", "inf"], "seed": ["-1", "18446744073709551616"], "opt": [""],
    "lr": ["-1", "-0.001", "nan", "inf", "1e999", "", "x"], "sched": ["linear", "steps"],
    "warmup-epochs": ["-1"], "cosine-period": ["", "full"],
    "step-epochs": ["", "30,", "30,30", "60,30", "-1", "x", "nan", "inf"],
    "step-factor": ["0", "-0.1", "nan"],
    "knots": ["", "80", "80:", ":0.1", "80:0.1,", "80:0.1:2", "80:-1", "-1:1", "9:1,9:2", "9:nan"],
    "restart-epochs": ["0", "1.5"], "restart-mult": ["0.9", "101", "nan"],
    "eta-min": ["-0.1", "inf"], "eta-max": ["0", "-1"],
    "restart-momentum": ["", "zero"], "weight-decay": ["-1e-9", "nan"],
    "weight-decay-norm": ["-1"],
    "allow-strong-decay": [""], "momentum": ["1", "-0.5"],
    "opt-betas": [
      "0.9", "0.9,1", "0.9,0.99,0.999", "0.9 0.99", "-0.1,0.9", "0.9,oops,0.99", "0.9,1.5,0.99",
      ",0.9,0.999", "0.9,0.999,",
    ],
    "opt-eps": ["0", "-1e-8"], "lanes": ["0"], "accumulate": ["0", "-1", "2.5", ""],
    "zero": ["2", "-1", "true"], "threads": ["0"],
    "kernels": ["", "AVX", "sse2"],
    "conv": ["", "im2col"], "no-fusion": ["", "none", "chain,", "chain statistics"],
    "no-pin": ["1"], "allow-mixed-cpu": ["one"], "output": [""], "overwrite": ["please"],
    "save-best": ["best"], "early-stop": ["0", "-1", "2.5"],
    "eval-every": ["-1"], "log-every": ["0"], "profile": [""],
    "dialect": ["", "Kera", "torch"], "dampening": ["1", "-0.1"], "nesterov": ["ja"],
    "amsgrad": ["1"], "opt-rho": ["1", "-0.5"], "centered": ["none"], "swats-tolerance": ["0"],
    "initial-accumulator": ["-1"],
    "maximize": [""], "l2": ["-1e-4", "nan"], "no-decay": ["", "weights", "norm,"],
    "no-l2": ["kernel"], "lr-scale": ["", "bias", "bias=", "bias=-1", "weight=1", "bias=1,bias=2"],
    "decay-scale": ["conv:2"], "clip-grad": ["0", "-1", "inf"], "ema": ["0", "1"],
  ]

  @Test func everyFieldHasItsFlag() {
    let flags = PlanField.all.map(\.flag)
    #expect(Set(flags).count == flags.count, "two fields have one flag")
    #expect(Set(flags).isSuperset(of: Self.refused.keys))
    for field in PlanField.all {
      #expect(PlanField.named(field.flag)?.flag == field.flag && !field.help.isEmpty)
    }
    #expect(PlanField.named("learning-rate") == nil)
  }

  @Test(arguments: PlanField.all.map(\.flag))
  func aFieldReadsWhatItWritesAndRefusesTheRest(flag: String) throws {
    let field = try #require(PlanField.named(flag))
    var refusals = 0
    for text in Self.texts(field) + (Self.refused[flag] ?? []) {
      var plan = TrainingPlan()
      do {
        try field.assign(text, to: &plan)
      } catch let failure as Failure {
        refusals += 1
        #expect(failure.kind == .usage)
        #expect(failure.message.hasPrefix("--\(flag) \(text.isEmpty ? "''" : text): expected "))
        #expect(plan == TrainingPlan(), "a refused text leaves the plan as it was")
        continue
      }
      #expect(Self.refused[flag]?.contains(text) != true, "--\(flag) takes \(text)")
      var again = TrainingPlan()
      if let written = field.get(plan) { try field.assign(written, to: &again) }
      #expect(again == plan, "--\(flag) \(text)")
      for other in PlanField.all where other.flag != flag {
        #expect(other.get(plan) == other.get(TrainingPlan()), "--\(flag) sets --\(other.flag)")
      }
    }
    #expect(refusals > 0)
    _ = try Self.changed(field)
  }

  /// What is a word may be written in any case, and comes back in its own.
  @Test(arguments: [
    ("model", "ResNet56V2", "resnet56v2"), ("opt", "AdamW", "adamw"),
    ("dialect", "PyTorch", "pytorch"), ("sched", "Warm-Restarts", "warm-restarts"),
    ("augment", "NONE", "none"), ("bn", "Group:16", "group:16"), ("bn", "LANE", "lane"),
    ("kernels", "AVX2", "avx2"), ("conv", "Direct", "direct"), ("cosine-period", "Half", "half"),
    ("restart-momentum", "RESET", "reset"), ("shake", "Even-Keep-BATCH", "even-keep-batch"),
    ("no-decay", "Norm,BIAS", "norm,bias"), ("no-l2", "Conv", "conv"),
    ("lr-scale", "Bias=2", "bias=2.0"), ("no-fusion", "Chain", "chain"),
    ("overwrite", "True", "true"), ("nesterov", "YES", "true"), ("save-best", "on", "true"),
  ])
  func wordsAreReadInAnyCase(flag: String, text: String, written: String) throws {
    let field = try #require(PlanField.named(flag))
    var plan = TrainingPlan()
    try field.assign(text, to: &plan)
    #expect(field.get(plan) == written)
  }

  @Test(arguments: ["false", "False", "NO", "off"])
  func aFlagIsTakenBack(text: String) throws {
    var plan = TrainingPlan()
    plan.overwrite = true
    try PlanField.named("overwrite")?.assign(text, to: &plan)
    #expect(!plan.overwrite)
  }

  @Test func theCommonFlagsAreFlags() {
    #expect(PlanField.common.isSubset(of: PlanField.all.map(\.flag)))
    #expect(PlanField.all.count { $0.isCommon } == PlanField.common.count)
  }

  @Test func aNegativeRateIsAnsweredAsOne() {
    var plan = TrainingPlan()
    let failure = #expect(throws: Failure.self) {
      try PlanField.named("lr")?.assign("-1", to: &plan)
    }
    #expect(failure?.message == "--lr -1: expected a number that is not negative.")
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
    for (flag, text) in expected {
      #expect(PlanField.named(flag)?.get(TrainingPlan()) == text, "--\(flag)")
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
