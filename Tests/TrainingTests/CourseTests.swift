import Collectives
import Datasets
import Networks
import Plans
import Tensors
import Testing
import TestSupport
import Training

/// Whole runs: one that learns by heart, and ones that blow up.
@Suite(.serialized)
struct CourseTests {
  @Test(arguments: ["adamw", "sgd"])
  func fortyImagesAreLearntByHeart(rule: String) throws {
    let source = smallSource(train: 40, test: 40)
    var plan = smallPlan(batch: 40, steps: 60)
    (plan.rule, plan.epochs, plan.augment) = (rule, 60, .none)
    plan.learningRate = rule == "sgd" ? 0.1 : 0.01
    let course = try train(plan, smallCNN(source), source, Placing(ranks: 2))
    let right = course.steps.map { Double($0[2]) / 40 }
    #expect(right[0] < 0.6 && right[right.count - 1] > 0.95, "\(right)")
    let losses = course.steps.map { Double(bitPattern: $0[0]) / 40 }
    #expect(losses[losses.count - 1] < losses[0] / 4, "\(losses)")
  }

  /// Rates at which the network overflows after a step or two.
  @Test(arguments: ["adamw", "sgd"], [1, 2, 3])
  func aHugeRateDiverges(rule: String, ranks: Int) throws {
    let source = smallSource()
    var plan = smallPlan(batch: 40, steps: 10)
    (plan.rule, plan.learningRate) = (rule, 1e30)
    // All ranks agree, or this throws.
    let course = try train(plan, smallCNN(source), source, Placing(ranks: ranks))
    #expect(course.outcome == .diverged)
    #expect(course.steps.count < 10)
    // They are those before the step that came to nothing.
    let infinite = course.floats.filter { !$0.isFinite }
    #expect(infinite.isEmpty)
    #expect(course.evaluations.isEmpty)
  }

  @Test func aTrainerRunsAgainAfterADivergedOne() throws {
    let source = smallSource()
    let model = try smallCNN(source)
    let before = try train(smallPlan(), model, source)
    var wild = smallPlan()
    wild.learningRate = 1e30
    #expect(try train(wild, model, source).outcome == .diverged)
    #expect(try train(smallPlan(), model, source).difference(from: before) == nil)
  }

  @Test func noStepsLeaveTheFirstValues() throws {
    let source = smallSource()
    let model = try smallCNN(source)
    let course = try train(smallPlan(steps: 0), model, source, Placing(ranks: 3))
    let first = FloatBuffer(count: model.layout.count)
    model.initialize(first, seed: smallPlan().seed)
    let isUnchanged = course.parameters == first.elements.map(\.bitPattern)
    #expect(isUnchanged)
    #expect(course.steps.isEmpty && course.evaluations.count == 1)
  }

  @Test(arguments: [(0, 1), (1, 3), (2, 2), (3, 1)])
  func evaluationsComeWhenDueAndAtTheEnd(every: Int, count: Int) throws {
    let source = smallSource()
    var plan = smallPlan(batch: 100, steps: 6)
    (plan.epochs, plan.evalEvery) = (3, every)
    let course = try train(plan, tinyModel(source), source)
    #expect(course.evaluations.count == count)
  }

  @Test func stoppingEarlyTakesTheSameSteps() throws {
    let source = smallSource()
    let model = tinyModel(source)
    let whole = try train(smallPlan(steps: 10), model, source)
    let part = try train(smallPlan(steps: 4), model, source)
    #expect(part.steps == Array(whole.steps.prefix(4)))
  }
}
