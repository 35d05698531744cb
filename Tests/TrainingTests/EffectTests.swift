import Collectives
import Foundation
import Plans
import Runs
import Tensors
import Testing
import TestSupport
import Training

/// What hangs on each field of the plan, seen by training with another value of it.
@Suite(.serialized)
struct EffectTests {
  /// Another value of a field, and the plan in which it can be seen.
  struct Change: Sendable, ExpressibleByStringLiteral {
    let text: String
    /// Flags of both runs.
    var beside = ""

    init(stringLiteral text: String) { self.text = text }

    init(_ text: String, _ beside: String) { (self.text, self.beside) = (text, beside) }

    /// What stands beside it, as flags and values.
    var flags: [(flag: String, text: String)] {
      beside.split(separator: " ").map { setting in
        let sides = setting.split(separator: "=", maxSplits: 1).map(String.init)
        return (flag: sides[0], text: sides[1])
      }
    }
  }

  /// One for every field; its words in capitals stand for folders (TrialData).
  static let changes: [String: Change] = [
    "data": Change("DATA", "steps=6"), "stage-to": "PLACE/staged",
    "labels": Change("coarse", "data=CIFAR100"), "skip-damaged": "true",
    "image-size": Change("12", "data=PICTURES image-size=16"),
    "resize": Change("nearest", "data=PICTURES image-size=16"),
    "crop": Change("center", "data=PICTURES image-size=16"), "model": "resnet20",
    "shake": Change("even-even-image", "model=shake26-2x16d batch-size=8 steps=1"),
    "val-fraction": Change("0.4", "steps=2"), "train-fraction": Change("0.5", "steps=2"),
    "augment": "none", "cutout": "16", "normalize": "mean-image",
    "epochs": Change("3", "steps=6"), "steps": "2", "batch-size": Change("10", "steps=6"),
    "drop-last": Change("true", "batch-size=16 steps=6"),
    "bn": Change("lane", "allow-small-bn=true"), "allow-small-bn": "true", "smoothing": "0.1",
    "seed": "2",
    "opt": "adam", "lr": "0.01", "weight-decay": "0.0005", "weight-decay-norm": "0.1",
    "allow-strong-decay": "true",
    "sched": "fixed", "warmup-epochs": "1", "cosine-period": "quarter",
    "step-epochs": Change("0.5", "sched=step step-epochs=1"),
    "step-factor": Change("0.5", "sched=step step-epochs=1"),
    "knots": Change("0:0.5,2:0", "sched=piecewise-linear knots=0:1,2:0"),
    "restart-epochs": Change("2", "sched=warm-restarts restart-epochs=1"),
    "restart-mult": Change("1.0", "sched=warm-restarts restart-epochs=1"),
    "eta-min": Change("0.1", "sched=warm-restarts restart-epochs=1"),
    "eta-max": Change("0.5", "sched=warm-restarts restart-epochs=1"),
    "restart-momentum": Change("reset", "sched=warm-restarts restart-epochs=1"),
    "dialect": "keras",
    "momentum": Change("0.5", "opt=sgd"), "dampening": Change("0.5", "opt=sgd dialect=pytorch"),
    "nesterov": Change("true", "opt=sgd"),
    "opt-betas": "0.8,0.99", "opt-eps": "0.001", "amsgrad": "true",
    "opt-rho": Change("0.5", "opt=rmsprop"), "centered": Change("true", "opt=rmsprop"),
    "initial-accumulator": Change("0.5", "opt=adagrad"),
    "swats-tolerance": Change("1000.0", "opt=swats"),
    "maximize": "true", "l2": "0.01", "no-decay": "conv", "no-l2": Change("conv", "l2=0.01"),
    "lr-scale": "conv=0.5", "decay-scale": "conv=0.5", "clip-grad": "0.01",
    "ema": Change("0.9", "ema=0.5"),
    "lanes": "4", "accumulate": Change("2", "bn=lane allow-small-bn=true"), "zero": "0",
    "threads": "2", "kernels": "baseline", "no-pin": "false", "allow-mixed-cpu": "true",
    "conv": "direct", "no-fusion": "normalize,chain",
    "output": "PLACE/other", "overwrite": "true",
    // Nothing learns, so the accuracy cannot rise at each of so many evaluations.
    "eval-every": Change("2", "epochs=12 lr=0 early-stop=1"),
    "early-stop": Change("1", "epochs=12 lr=0"),
    "save-best": "true", "log-every": "4", "profile": "PLACE/trace.json",
    "checkpoint-every": "3", "checkpoint-minutes": "0", "keep-checkpoints": "5",
    "keep-every": "4", "max-minutes": "100", "deadline": "300.0", "on-nonfinite": "skip",
    "audit": "2", "digest-every": "3",
  ]

  /// What a run came to.
  private struct Outcome {
    var steps = 0
    /// Every tensor of the model, and of its average.
    var models: [[UInt32]] = []
    /// The loss of each step.
    var losses: [Double] = []
  }

  private static let data = Result { try cifarFolder(test: 20) }

  private func run(_ settings: [(flag: String, text: String)]) throws -> Outcome {
    let data = try Self.data.get()
    let place = try TemporaryFolder()
    var plan = runPlan(data: data.path, output: place.path(of: "run"))
    plan.logEvery = 1
    try plan.overlay(
      settings.map { ($0, try TrialData.text($1, place: place.path)) }
    )
    let summary = try execute(plan, ranks: 2)[0]
    let folder = try #require(plan.output)
    var result = Outcome(steps: summary.steps)
    result.models = try [ModelFile.name, ModelFile.averageName].compactMap { name -> [UInt32]? in
      let path = "\(folder)/\(name)"
      guard FileManager.default.fileExists(atPath: path) else { return nil }
      let contents = try ModelFile.read(path)
      return withExtendedLifetime(contents) { contents.parameters.elements.map(\.bitPattern) }
    }
    result.losses = try String(contentsOfFile: "\(folder)/metrics.jsonl", encoding: .utf8)
      .split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
      .filter { $0.kind == "train" }.map(\.loss)
    return result
  }

  private struct Line: Decodable {
    let kind: String
    let loss: Double
  }

  @Test(arguments: PlanField.all.map(\.flag))
  func aFieldHasTheEffectOfItsRow(flag: String) throws {
    let field = try #require(PlanField.named(flag))
    let change = try #require(Self.changes[flag], "no other value of --\(flag) is tried")
    let (usual, other) = (try run(change.flags), try run(change.flags + [(flag, change.text)]))
    let isMoved = usual.models != other.models
    switch field.effect {
    case .method, .identity:
      #expect(isMoved && usual.steps == other.steps)
    case .extent:
      let count = min(usual.steps, other.steps)
      #expect(isMoved && usual.steps != other.steps && count > 0)
      #expect(usual.losses.prefix(count) == other.losses.prefix(count))
    case .running:
      #expect(!isMoved && usual.steps == other.steps)
    }
    #expect(field.decidesBits == (isMoved && usual.steps == other.steps))
    #expect(!field.isSweepable || field.decidesBits)
  }
}
