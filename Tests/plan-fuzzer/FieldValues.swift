import Datasets
import Networks
import Optimizers
import Plans

/// Values to draw for every field of the plan that is not the place's.
///
/// Small, so that a run takes a second: four epochs of 60 images.
enum FieldValues {
  typealias Draw = @Sendable (inout Dice) -> String

  /// A value of the field; nil where none is known.
  static func text(of field: PlanField, _ dice: inout Dice) -> String? {
    table[field.flag].map { $0(&dice) }
  }

  /// A plan that these images allow.
  static let least = [
    (flag: "batch-size", text: "24"), (flag: "epochs", text: "2"),
    (flag: "model", text: "smallcnn"),
  ]
  /// The fields of which a value is drawn for every plan.
  static let always: Set<String> = ["model"]
  /// Those that others depend on come first: what then does not fit is left out.
  static let first = [
    "lanes", "batch-size", "bn", "epochs", "steps", "model", "dialect", "opt", "sched",
  ]

  private static let table: [String: Draw] = data.merging(training) { $1 }
    .merging(optimizer) { $1 }.merging(schedule) { $1 }.merging(rule) { $1 }
    .merging(output) { $1 }

  private static let data: [String: Draw] = [
    // Often the smallest: what surrounds a network is tried faster on it.
    "model": { $0.one(in: 2) ? "smallcnn" : $0.pick(ModelCatalog.names) },
    "shake": { dice in
      [["shake", "even"], ["shake", "even", "keep"], ["image", "batch"]]
        .map { dice.pick($0) }.joined(separator: "-")
    },
    "val-fraction": { "\($0.number(0.1...0.5))" },
    "train-fraction": { "\($0.number(0.3...1))" },
    "augment": augmentations,
    "normalize": { $0.pick(["standard", "computed", "mean-image", "120,125,130.5/60,61,255"]) },
    "cutout": { "\($0.integer(0...40))" },
  ]

  private static let training: [String: Draw] = [
    "epochs": { "\($0.integer(1...4))" },
    "steps": { "\($0.integer(0...8))" },
    "batch-size": { "\($0.integer(1...40))" },
    "drop-last": { _ in "true" },
    "bn": { dice in dice.pick(["batch", "lane", "group:\(dice.integer(1...20))"]) },
    "allow-small-bn": { _ in "true" },
    "smoothing": { "\($0.number(0...0.9))" },
    "seed": { "\($0.next())" },
  ]

  private static let optimizer: [String: Draw] = [
    "opt": { $0.pick(UpdateRuleCatalog.rows).name },
    "lr": { $0.one(in: 10) ? "0" : $0.power(-5 ... -1) },
    "weight-decay": { $0.power(-6 ... -3) },
    "weight-decay-norm": { $0.power(-4 ... -1) },
    "allow-strong-decay": { _ in "true" },
  ]

  private static let schedule: [String: Draw] = [
    "sched": { $0.pick(ScheduleName.allCases).rawValue },
    "warmup-epochs": { "\($0.integer(0...2))" },
    "cosine-period": { $0.pick(["half", "quarter"]) },
    "step-epochs": { dice in "\(dice.number(0.2...1)),\(dice.number(1.1...3))" },
    "step-factor": { "\($0.number(0.1...2))" },
    "knots": { dice in
      "\(dice.number(0...0.9)):\(dice.number(0.1...1)),\(dice.number(1...3)):\(dice.number(0...2))"
    },
    "restart-epochs": { "\($0.integer(1...3))" },
    "restart-mult": { $0.pick(["1", "2", "1.5"]) },
    "eta-min": { "\($0.number(0...0.5))" },
    "eta-max": { "\($0.number(0.5...1.5))" },
    "restart-momentum": { $0.pick(RestartMomentum.allCases).rawValue },
  ]

  private static let rule: [String: Draw] = [
    "dialect": { $0.pick(Dialect.allCases).rawValue },
    "momentum": { "\($0.number(0...0.95))" },
    "dampening": { "\($0.number(0...0.9))" },
    "nesterov": { _ in "true" },
    "opt-betas": { dice in "\(dice.number(0...0.95)),\(dice.number(0.5...0.999))" },
    "opt-eps": { $0.power(-8 ... -1) },
    "amsgrad": { _ in "true" },
    "opt-rho": { "\($0.number(0.1...0.99))" },
    "centered": { _ in "true" },
    "initial-accumulator": { "\($0.number(0...1))" },
    "swats-tolerance": { $0.pick(["1e-9", "1e-3", "1e9"]) },
    "maximize": { _ in "true" },
    "l2": { $0.power(-6 ... -1) },
    "no-decay": groups,
    "no-l2": groups,
    "lr-scale": factors,
    "decay-scale": factors,
    "clip-grad": { $0.power(-3...2) },
    "ema": { "\($0.number(0.1...0.999))" },
  ]

  private static let output: [String: Draw] = [
    "lanes": { "\($0.integer(1...12))" },
    "conv": { $0.pick(ConvolutionChoice.allCases).rawValue },
    "eval-every": { "\($0.integer(0...2))" },
    "save-best": { _ in "true" },
    "early-stop": { "\($0.integer(1...2))" },
    "log-every": { "\($0.integer(1...5))" },
    "checkpoint-every": { "\($0.integer(0...5))" },
    "checkpoint-minutes": { "\($0.integer(0...1))" },
    "keep-checkpoints": { "\($0.integer(1...3))" },
    "deadline": { $0.one(in: 2) ? "0" : "600" },
    "keep-every": { "\($0.integer(1...4))" },
    // Longer than any run of the fuzzer: what a clock decides is not the same twice.
    "max-minutes": { "\($0.integer(60...99))" },
    "audit": { "\($0.integer(1...3))" },
    "on-nonfinite": { $0.pick(NonFinitePolicy.allCases).rawValue },
    "digest-every": { "\($0.integer(0...3))" },
  ]

  /// Often a list of many, in the order that it must have.
  private static let augmentations: Draw = { dice in
    if dice.one(in: 2) { return dice.pick(AugmentationList.presets.map(\.key)) }
    let list = [
      ["pad-crop:\(dice.integer(1...6))", "reflect-crop:\(dice.integer(1...40))"], ["flip"],
      ["shift:\(dice.number(0.01...0.3))"], ["resized-crop:\(dice.number(0.1...1))"],
      ["color-jitter:\(dice.number(0...1)):\(dice.number(0...1)):\(dice.number(0...1))"],
      ["cutout:\(dice.integer(1...20))"], ["erasing"],
      ["mixup:\(dice.number(0.1...2))"], ["cutmix:\(dice.number(0.1...2))"],
    ]
    let chosen = list.map { dice.pick($0) }.filter { _ in dice.one(in: 2) }
    return chosen.isEmpty ? "none" : chosen.joined(separator: ",")
  }

  private static let groups: Draw = { dice in
    dice.some(of: ParameterGroup.allCases).map(\.rawValue).joined(separator: ",")
  }

  private static let factors: Draw = { dice in
    dice.some(of: ParameterGroup.allCases).map { "\($0.rawValue)=\(dice.number(0...3))" }
      .joined(separator: ",")
  }
}
