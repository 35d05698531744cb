import Checkpoints
import Collectives
import Datasets
import Foundation
import Networks
import Optimizers
import Plans
import Runs
import Tensors
import Testing
import TestSupport
import Training

/// One lane on one rank follows the textbook: a plain loop in Float64.
struct TextbookTests {
  /// 20 images in batches of 8, 8 and 4.
  private static var plan: TrainingPlan {
    var plan = smallPlan(batch: 8, steps: 10)
    (plan.lanes, plan.epochs, plan.augment) = (1, 4, .none)
    (plan.learningRate, plan.epsilon, plan.evalEvery) = (4e-3, 1e-3, 0)
    return plan
  }

  /// Deviations as multiples of the largest element of each tensor, and of losses; about three
  /// times what was measured, 2.4e-7 and 1.8e-8.
  private static let (tolerance, lossTolerance) = (8e-7, 6e-8)

  @Test(arguments: ["adamw", "sgd"])
  func aLaneFollowsTheTextbook(rule: String) throws {
    let source = smallSource(train: 20, test: 5)
    var plan = Self.plan
    plan.rule = rule
    if rule == "sgd" { plan.learningRate = 0.05 }
    let trainer = try trainer(plan, tinySiLU(), source, SoloCommunicator())
    var reference = Self.reference(trainer)
    var losses: [Double] = []
    _ = try trainer.run(StepWatcher { losses.append($0.lossSum / Double($0.samples)) })

    let expected = try Self.follow(&reference, plan, source)
    #expect(losses.count == expected.count)
    for (loss, expected) in zip(losses, expected) {
      #expect(abs(loss - expected) < Self.lossTolerance)
    }
    var worst = 0.0
    for entry in trainer.model.layout.entries {
      let values = try #require(reference[entry.name]).inMemoryOrder(entry.storage)
      let scale = values.reduce(0) { max($0, abs($1)) }
      for (i, value) in zip(entry.range, values) {
        worst = max(worst, abs(Double(trainer.parameters.base[i]) - value) / scale)
      }
    }
    #expect(worst < Self.tolerance)
  }

  private static func reference(_ trainer: Trainer) -> TinySiLUReference {
    var values: [String: [Double]] = [:]
    for entry in trainer.model.layout.entries {
      let tensor = ParameterExport.tensor(entry, from: trainer.parameters)
      if case .float(let floats) = tensor.values { values[entry.name] = floats.map(Double.init) }
    }
    return TinySiLUReference(values)
  }

  /// The loop as the paper writes it; returns the loss before each step.
  private static func follow(
    _ reference: inout TinySiLUReference,
    _ plan: TrainingPlan,
    _ source: DataSource
  ) throws -> [Double] {
    let order = EpochOrder(count: source.train.count, seed: plan.seed)
    let rule: TextbookRule =
      plan.rule == "sgd"
      ? .sgd(try plan.constants, decays: false) : .adam(try plan.constants, decays: true)
    // b = 8, B = 20, T = 4.
    let decay = plan.rule == "sgd" ? 0 : 0.025 * (8.0 / (20 * 4)).squareRoot()
    var state = rule.states.map {
      Array(repeating: $0, count: reference.parameters.count)
    }
    var losses: [Double] = []
    for step in 0..<10 {
      let (epoch, batch) = step.quotientAndRemainder(dividingBy: 3)
      order.prepare(epoch: epoch)
      let chosen = (batch * 8..<min(batch * 8 + 8, 20)).map { order[$0] }
      let images = chosen.map { pixels(source, $0) }
      let labels = chosen.map { source.train.label($0) }
      losses.append(reference.loss(images, labels))
      let gradient = reference.gradient(images, labels)
      reference.observe(images, labels)
      rule.step(
        &reference.parameters,
        &state,
        gradient,
        StepScalars(
          step: step + 1,
          learningRate: plan.learningRate ?? 0,
          multiplier: 0.5 * (1 + cos(Double.pi * Double(step) / 12)),
          decay: decay,
          gradientScale: 1
        )
      )
    }
    return losses
  }

  /// (x − mean) / deviation, in Float as the reader computes it.
  private static func pixels(_ source: DataSource, _ image: Int) -> [Double] {
    source.train.bytes(image).enumerated().map { offset, byte in
      let normalization = source.normalization
      return Double(
        (Float(byte) - normalization.mean[offset % 3]) / normalization.deviation[offset % 3]
      )
    }
  }
}
