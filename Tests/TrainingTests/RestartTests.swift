import Datasets
import Foundation
import Networks
import Optimizers
import Plans
import Tensors
import Testing
import TestSupport

/// Runs over several restart periods.
struct RestartTests {
  /// Periods of one, two and four epochs of five steps, the last cut short.
  private static var plan: TrainingPlan {
    var plan = smallPlan(batch: 40, steps: 25)
    (plan.schedule, plan.restartEpochs, plan.epochs) = (.warmRestarts, 1, 5)
    return plan
  }

  /// With α = 0 nothing but decay moves a weight: θ ← θ − η_t·λ·θ, λ by the period.
  @Test func decayMovesTheWeightsByThePeriod() throws {
    let source = smallSource()
    let model = tinyModel(source)
    var plan = Self.plan
    (plan.learningRate, plan.weightDecayNorm) = (0, 0.3)
    let course = try train(plan, model, source, Placing(ranks: 2))
    var left = 1.0
    for (epochs, steps) in [(1, 5), (2, 10), (4, 10)] {
      let decay = 0.3 * (40 / (200 * Double(epochs))).squareRoot()
      for step in 0..<steps {
        left *= 1 - 0.5 * (1 + cos(.pi * Double(step) / Double(5 * epochs))) * decay
      }
    }
    let begin = FloatBuffer(count: model.layout.count)
    model.initialize(begin, seed: plan.seed)
    for i in model.layout.trainable {
      let expected = Float(Double(begin.base[i]) * left)
      #expect(abs(course.floats[i] - expected) <= 1e-5 * abs(expected))
    }
  }

  /// At t = 1 from zero moments AdamW moves every weight by η·α, and η is 1 at a restart.
  @Test(arguments: [1, 2]) func aResetMakesTheFirstStepOfAPeriodAFirstStep(ranks: Int) throws {
    let source = smallSource()
    let model = tinyModel(source)
    func part(_ steps: Int, _ momentum: RestartMomentum) throws -> [Float] {
      var plan = Self.plan
      (plan.steps, plan.restartMomentum, plan.weightDecayNorm) = (steps, momentum, 0)
      return try train(plan, model, source, Placing(ranks: ranks)).floats
    }
    let trained = model.layout.entries.filter { $0.role != .statistic }.flatMap(\.range)
    for momentum in RestartMomentum.allCases {
      // Five steps before the second period, ten in it.
      for (first, restarts) in [(5, true), (6, false), (15, true)] {
        let (before, after) = try (part(first, momentum), part(first + 1, momentum))
        let moves = trained.map { abs(before[$0] - after[$0]) / 1e-3 }
        let whole = moves.count { abs($0 - 1) < 0.01 }
        let isFirst = momentum == .reset && restarts
        #expect((Double(whole) > 0.9 * Double(moves.count)) == isFirst, "\(momentum) \(first)")
      }
    }
  }

  @Test func metricsAndRecordSayEachPeriodsDecay() throws {
    let data = try cifarFolder()
    let place = try TemporaryFolder()
    var plan = runPlan(data: data.path, output: place.path(of: "run"))
    (plan.schedule, plan.restartEpochs, plan.epochs) = (.warmRestarts, 1, 2)
    (plan.logEvery, plan.weightDecayNorm) = (1, 0.05)
    _ = try execute(plan, ranks: 1)
    let periods = try #require(
      try json(place.path(of: "run/run.json"))["periods"] as? [[String: Any]]
    )
    let decays = [1, 2].map { 0.05 * (20 / (60 * Double($0))).squareRoot() }
    for (period, expected) in zip(periods, [(1, 1, decays[0]), (2, 2, decays[1])]) {
      #expect(period["first_epoch"] as? Int == expected.0)
      #expect(period["epochs"] as? Int == expected.1)
      #expect(abs((period["decay"] as? Double ?? 0) - expected.2) < 1e-15)
    }
    #expect(periods.count == 2)
    let lines = try String(contentsOfFile: place.path(of: "run/metrics.jsonl"), encoding: .utf8)
      .split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
      .filter { $0.kind == "train" }
    #expect(lines.count == 6)
    for line in lines {
      let (eta, decay) = try (#require(line.multiplier), #require(line.decay))
      #expect(abs(decay - eta * decays[line.step > 3 ? 1 : 0]) < 1e-15, "step \(line.step)")
    }
    #expect(lines[0].multiplier == 1 && lines[3].multiplier == 1)
  }

  private struct Line: Decodable {
    let kind: String
    let step: Int
    let multiplier: Double?
    let decay: Double?
  }
}
