import Datasets
import Networks
import Optimizers
import Plans
import Tensors
import Testing
import TestSupport

/// What the plan says of decay, clipping, factors and averages reaches the weights.
@Suite(.serialized)
struct MethodTests {
  private func plan(_ rule: String, _ change: (inout TrainingPlan) -> Void = { _ in })
    -> TrainingPlan
  {
    var plan = smallPlan()
    (plan.rule, plan.schedule, plan.steps, plan.evalEvery) = (rule, .fixed, 4, 0)
    plan.learningRate = 0.05
    change(&plan)
    return plan
  }

  private func run(_ plan: TrainingPlan) throws -> (model: Model, trained: Trained) {
    let source = smallSource()
    let model = try smallCNN(source)
    return (model, try train(plan, model, source))
  }

  /// ‖a − b‖ over the trained elements.
  private func distance(_ model: Model, _ a: [Float], _ b: [Float]) -> Double {
    model.layout.trainable.reduce(0.0) { $0 + Double((a[$1] - b[$1]) * (a[$1] - b[$1])) }
      .squareRoot()
  }

  private func initial(_ plan: TrainingPlan) throws -> [Float] {
    var plan = plan
    plan.steps = 0
    return try run(plan).trained.floats
  }

  /// Proposition 1 of the paper, by flags: L2 of λ/α in SGD without momentum is decay of λ.
  @Test func coupledAndDecoupledDecayMeetInPlainSGD() throws {
    let none = try run(plan("sgd") { $0.momentum = 0 }).trained.floats
    let (model, coupled) = try run(plan("sgd") { ($0.momentum, $0.l2) = (0, 0.01) })
    let decoupled = try run(
      plan("sgdw") { ($0.momentum, $0.weightDecay) = (0, 0.01 * 0.05) }
    ).trained
    let decay = distance(model, none, decoupled.floats)
    #expect(distance(model, coupled.floats, decoupled.floats) < 0.01 * decay)
    #expect(decay > 1e-3)
  }

  @Test func clippingShortensTheStep() throws {
    let free = plan("sgd") { ($0.momentum, $0.steps) = (0, 1) }
    let start = try initial(free)
    let (model, unclipped) = try run(free)
    let norm = Double(bitPattern: unclipped.steps[0][1])
    for limit in [norm / 10, norm * 2] {
      var clipped = free
      clipped.clipNorm = limit
      let step = distance(model, try run(clipped).trained.floats, start)
      #expect(abs(step / (0.05 * min(norm, limit)) - 1) < 1e-4, "at \(limit) of \(norm)")
    }
  }

  /// Keras clips the gradient of the loss with its regularizers, the others that of the data alone.
  @Test(arguments: Dialect.allCases)
  func clippingAndCoupledDecay(dialect: Dialect) throws {
    var plan = plan("sgd") {
      ($0.momentum, $0.steps, $0.l2, $0.clipNorm) = (0, 1, 3, 0.01)
      $0.dialect = dialect
    }
    let start = try initial(plan)
    let (model, trained) = try run(plan)
    let length = distance(model, trained.floats, start) / 0.05
    if [.keras, .tfa].contains(dialect) {
      #expect(abs(length / 0.01 - 1) < 1e-3, "\(length)")
    } else {
      // 3·θ and a hundredth.
      let weights = model.layout.trainable.reduce(0.0) { $0 + Double(start[$1] * start[$1]) }
      #expect(abs(length - 3 * weights.squareRoot()) < 0.011, "\(length)")
    }
    // What is short enough stays as it is.
    (plan.clipNorm, plan.l2) = (1e6, 1e-3)
    let loose = try run(plan).trained.parameters
    plan.clipNorm = nil
    let isSame = try run(plan).trained.parameters == loose
    #expect(isSame)
  }

  @Test func climbingIsDescendingTurnedRound() throws {
    let down = plan("sgd") { ($0.momentum, $0.steps) = (0, 1) }
    var up = down
    up.maximize = true
    let start = try initial(down)
    let (model, descended) = try run(down)
    let climbed = try run(up).trained.floats
    let mirrored = zip(start, descended.floats).map { 2 * $0 - $1 }
    #expect(distance(model, climbed, mirrored) < 1e-4 * distance(model, climbed, start))
  }

  @Test func factorsHoldTensorsStill() throws {
    let held = plan("adamw") {
      $0.learningRateFactors = [.dense: 0, .norm: 0]
      $0.noDecay = [.norm, .dense]
    }
    let start = try initial(held)
    let (model, trained) = try run(held)
    for entry in model.layout.entries where entry.role != .statistic {
      let moved = entry.range.contains { trained.floats[$0] != start[$0] }
      let isHeld = ParameterGroup(entry) == .norm || ParameterGroup(entry) == .dense
      #expect(moved != isHeld, "\(entry.name)")
    }
  }

  /// In the dialects that multiply decay by the rate, α = 0 leaves everything where it is.
  @Test(arguments: Dialect.allCases)
  func decayIsMeasuredAsTheDialectSays(dialect: Dialect) throws {
    let still = plan("adamw") {
      ($0.dialect, $0.learningRate, $0.weightDecay) = (dialect, 0, 1e-3)
    }
    let start = try initial(still)
    let (model, trained) = try run(still)
    let name = try #require(model.layout["fc.weight"])
    let isTimesRate = dialect.decayUnit == .learningRate
    for i in name.range {
      let expected = isTimesRate ? start[i] : start[i] * 0.996_006
      #expect(abs(trained.floats[i] - expected) <= 1e-6 * abs(start[i]))
    }
  }

  @Test func theAverageIsEvaluatedBesideTheWeights() throws {
    let averaged = plan("sgd") { ($0.averageDecay, $0.steps) = (0.5, 3) }
    let (model, trained) = try run(averaged)
    #expect(trained.evaluations.count == 2)
    #expect(trained.evaluations[0] != trained.evaluations[1])
    // From the weights after each step: ½·θ3 + ¼·θ2 + ⅛·θ1 + ⅛·θ0.
    let path = try (0...3).map { steps in
      var shorter = averaged
      shorter.steps = steps
      return try run(shorter).trained.floats
    }
    let parts: [Float] = [0.125, 0.125, 0.25, 0.5]
    for i in model.layout.entries.flatMap(\.range) {
      let expected = zip(parts, path).reduce(Float(0)) { $0 + $1.0 * $1.1[i] }
      let found = Float(bitPattern: trained.average[i])
      #expect(abs(found - expected) < 1e-6 * max(1, abs(expected)))
    }
  }
}
