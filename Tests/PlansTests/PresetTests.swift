import Datasets
import Foundation
import Optimizers
import Plans
import Tensors
import Testing
import TestSupport

/// The recipes of launch/presets and how layers of a plan lie on each other.
struct PresetTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "launch/presets")

  private func plan(_ name: String) throws -> TrainingPlan {
    var plan = TrainingPlan()
    try PlanFile.apply(try Preset.named(name), to: &plan)
    return plan
  }

  @Test func everyFileIsEmbeddedAsItIs() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(Preset.all.map { $0.name + ".yaml" }.sorted() == files.sorted())
    for preset in Preset.all {
      let url = Self.folder.appending(path: preset.name + ".yaml")
      #expect(try String(contentsOf: url, encoding: .utf8) == preset.text, "\(preset.name)")
    }
  }

  @Test(arguments: Preset.all.map(\.name))
  func isAPlanWithASource(name: String) throws {
    let preset = try Preset.named(name)
    #expect(preset.text.split(separator: "\n")[1].hasPrefix("# Source: "))
    let comments = preset.text.split(separator: "\n").prefix { $0.hasPrefix("# ") }
    #expect(comments.count >= 4 && comments.allSatisfy { $0.count <= 104 })
    let plan = try plan(name)
    try plan.validate(ranks: 1)
    // B of CIFAR-10, of ImageNet32x32, or of four fifths of tf_flowers.
    let sizes = ["flower_photos": 2936, "imagenet32": 1_281_167]
    let samples = sizes[plan.data] ?? 50_000
    _ = try PlanExplanation(plan, samples: samples, at: [0])
    // It prints, and what it prints is the same plan.
    let folder = try TemporaryFolder()
    try folder.write(Array(try PlanFile.yaml(plan.resolved).utf8), to: "plan.yaml")
    var again = TrainingPlan()
    try PlanFile.apply(folder.path(of: "plan.yaml"), to: &again)
    #expect(try again == plan.resolved)
    // Nothing in it is idle: every line says what the default does not, or names what matters.
    for line in preset.text.split(separator: "\n") where !line.hasPrefix("#") {
      let flag = line.prefix { $0 != ":" }
      #expect(PlanField.named(String(flag)) != nil, "\(line)")
    }
  }

  /// One line that fits beside the name, of which no other preset has the same.
  @Test func everyPresetSaysWhatItIs() {
    let summaries = Preset.all.map(\.summary)
    #expect(Set(summaries).count == summaries.count)
    for summary in summaries {
      #expect((20...80).contains(summary.count) && !summary.contains("Source"), "\(summary)")
      #expect(!summary.hasPrefix("#") && !summary.hasSuffix("."), "\(summary)")
    }
  }

  @Test(arguments: [
    ("paper", ""), ("paper-adamw", " (did you mean paper-adamwr?)"),
    ("keras_resnet20v1", " (did you mean keras-resnet20v1?)"),
  ])
  func anUnknownNameIsAnswered(name: String, meant: String) {
    let failure = #expect(throws: Failure.self) { try Preset.named(name) }
    #expect(failure?.kind == .usage)
    #expect(
      failure?.message
        == "--preset \(name): there is no such preset\(meant); adamw-ddp presets lists them."
    )
  }

  @Test func namesAreReadInAnyCase() throws {
    #expect(try Preset.named("Paper-CIFAR10-100").name == "paper-cifar10-100")
  }

  /// The four commands of the authors' README, number by number.
  @Test func theReadmesCommands() throws {
    for (name, rule, rate, restarts) in [
      ("adamw", "adamw", 0.001, false), ("adamwr", "adamw", 0.001, true),
      ("sgdw", "sgdw", 0.05, false), ("sgdwr", "sgdw", 0.001, true),
    ] {
      let plan = try plan("authors-readme-\(name)")
      #expect(plan.rule == rule && plan.learningRate == rate && plan.dialect == .authors)
      #expect(plan.weightDecayNorm == 0.025 && plan.epochs == 1500 && plan.batchSize == 128)
      #expect(plan.model == "shake26-2x96d" && (plan.schedule == .warmRestarts) == restarts)
      let command = try OptimizerCall(plan.resolved).text
      let periods = restarts ? "-Te 100 -Tmult 2" : "-Te 1500 -Tmult 1"
      #expect(command?.hasSuffix("-nEpochs 1500 -lrShape cosine \(periods)") == true)
    }
  }

  /// examples/cifar10_resnet.py: lr_schedule(epoch) for epochs counted from 0.
  @Test func kerasLearningRates() throws {
    let horizon = try Horizon(try plan("keras-resnet56v2"), samples: 50_000)
    for epoch in 0..<200 {
      let eta =
        epoch > 180 ? 0.5e-3 : epoch > 160 ? 1e-3 : epoch > 120 ? 1e-2 : epoch > 80 ? 0.1 : 1
      for step in [epoch * 1563, epoch * 1563 + 1562] {
        #expect(horizon.multiplier(at: step) == eta, "epoch \(epoch)")
      }
    }
    #expect(try plan("keras-resnet56v2").noL2 == [.dense, .norm, .bias])
  }

  /// facts of the sources: /255 less the mean of each value, shifts that repeat the border.
  @Test func kerasImages() throws {
    for name in ["keras-resnet20v1", "keras-resnet56v2"] {
      let plan = try plan(name)
      #expect(plan.normalize == .meanImage && plan.augment.description == "shift:0.1,flip")
    }
    #expect(try plan("blog-resnet56v2-cosine-30").augment.description == "shift:0.07,flip")
  }

  /// λ = λ_norm·√(b/(B·T)) of 150 epochs, to the authors' rounding up of batches.
  @Test func imageNet32Decay() throws {
    let plan = try plan("authors-imagenet32-adamw")
    let horizon = try Horizon(plan, samples: 1_281_167)
    #expect(horizon.stepsPerEpoch == 10_010 && abs(horizon.decay - 2.040e-5) < 1e-8)
    #expect(plan.normalize == NormalizationChoice("122.7,116.65,104/255,255,255"))
  }

  @Test func aLayerLiesOverTheLast() throws {
    var plan = try plan("paper-adamwr")
    try plan.overlay([("weight-decay", "1e-4"), ("lr", "0.002")])
    #expect(plan.weightDecay == 1e-4 && plan.weightDecayNorm == nil && plan.learningRate == 0.002)
    try plan.overlay([("weight-decay-norm", "0.05")])
    #expect(plan.weightDecay == nil && plan.weightDecayNorm == 0.05)
    // What is named with the same schedule stays; a new one starts without.
    try plan.overlay([("sched", "warm-restarts")])
    #expect(plan.restartEpochs == 100)
    try plan.overlay([("step-factor", "0.5"), ("sched", "step"), ("model", "resnet20")])
    #expect(plan.restartEpochs == nil && plan.restartFactor == nil && plan.stepFactor == 0.5)
    try plan.validate(ranks: 1)
    // In one layer both are a contradiction.
    try plan.overlay([("weight-decay", "1e-4"), ("weight-decay-norm", "0.05")])
    #expect(throws: Failure.self) { try plan.validate(ranks: 1) }
  }
}
