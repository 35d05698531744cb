import Optimizers
import Plans
import Tensors
import Testing

/// What a plan does to a weight, step by step.
struct PlanExplanationTests {
  /// CIFAR-10 as in the paper's long runs.
  private func cifar(epochs: Int, _ dialect: Dialect = .paper) -> TrainingPlan {
    var plan = TrainingPlan()
    (plan.epochs, plan.dialect) = (epochs, dialect)
    return plan
  }

  /// λ_norm 0.025, by the paper's formula and by ⌈B/b⌉ of its code: facts of the two.
  @Test(arguments: [
    (Dialect.paper, 100, 1.2649e-4), (.authors, 100, 1.2643e-4), (.authors, 1500, 3.2644e-5),
  ])
  func decayOfThePapersRuns(dialect: Dialect, epochs: Int, expected: Double) throws {
    let explanation = try PlanExplanation(cifar(epochs: epochs, dialect), samples: 50_000)
    #expect(abs(explanation.rows[0].lambda / expected - 1) < 2e-5)
    // At η = 1 the part that goes is λ; the authors' η is a hair under it.
    #expect(abs(explanation.rows[0].decay / expected - 1) < 2e-5)
    #expect(explanation.rows[0].rate <= 1e-3 && explanation.rows[0].rate > 0.999e-3)
  }

  @Test func rowsAreStepsInOrder() throws {
    let explanation = try PlanExplanation(cifar(epochs: 100), samples: 50_000, at: [2000, 0, 100])
    #expect(explanation.rows.map(\.step) == [0, 100, 2000])
    let row = explanation.rows[2]
    #expect(row.epoch == 2000.0 / 391 && row.lambda == explanation.horizon.decay && row.l2 == 0)
    // ½(1 + cos(π·2000/39100)) = 0.993559…
    #expect(abs(row.eta - 0.9935590) < 1e-6 && row.rate == row.eta * 1e-3)
    #expect(row.decay == row.eta * row.lambda)
  }

  @Test(arguments: [
    (Dialect.paper, 1e-4, 1e-4), (.pytorch, 0.1, 1e-4), (.tfa, 1e-4, 1e-4), (.keras, 0.5, 5e-4),
  ])
  func whatIsLeftIsTheProduct(dialect: Dialect, decay: Double, part: Double) throws {
    var plan = cifar(epochs: 3, dialect)
    (plan.schedule, plan.weightDecay) = (.fixed, decay)
    let explanation = try PlanExplanation(plan, samples: 1280, at: [0, 9, 29])
    for row in explanation.rows {
      let expected = Elementary.power(1 - part, row.step + 1)
      #expect(abs(row.left / expected - 1) < 1e-13 && abs(row.decay / part - 1) < 1e-13)
    }
    #expect(explanation.left == explanation.rows[2].left)
    // Σ over a cosine of S steps is (S + 1)/2 steps at η = 1, for small λ.
    plan.schedule = .cosine
    if dialect != .tfa {
      let left = try PlanExplanation(plan, samples: 1280).left
      #expect(abs(left / Elementary.exp(-part * 15.5) - 1) < 1e-5)
    }
  }

  /// --steps ends the run, and with it what is explained.
  @Test func theRunEndsWithSteps() throws {
    var plan = cifar(epochs: 100)
    plan.steps = 7
    let explanation = try PlanExplanation(plan, samples: 50_000)
    #expect(explanation.rows.last?.step == 6 && explanation.left == explanation.rows.last?.left)
    #expect(throws: Failure.self) { try PlanExplanation(plan, samples: 50_000, at: [7]) }
    plan.steps = 0
    #expect(throws: Failure.self) { try PlanExplanation(plan, samples: 50_000) }
  }

  @Test func coupledDecayIsShownForWhatItIs() throws {
    var plan = cifar(epochs: 1)
    (plan.rule, plan.l2, plan.schedule) = ("sgd", 1e-4, .fixed)
    var explanation = try PlanExplanation(plan, samples: 1280)
    #expect(abs(explanation.rows[0].l2 - 5e-6) < 1e-18 && explanation.rows[0].decay == 0)
    // α·c/(1 − β1) = 0.05·1e-4/0.1.
    #expect(abs((explanation.coupledAsDecoupled ?? 0) - 5e-5) < 1e-17)
    (plan.dialect, plan.dampening) = (.pytorch, 0.5)
    explanation = try PlanExplanation(plan, samples: 1280)
    #expect(abs((explanation.coupledAsDecoupled ?? 0) - 2.5e-5) < 1e-17)
    (plan.dialect, plan.dampening, plan.rule) = (.paper, nil, "adam")
    #expect(try PlanExplanation(plan, samples: 1280).coupledAsDecoupled == nil)
  }

  /// The steady state itself: a weight that only --l2 moves, by Algorithm 1 written out.
  @Test func coupledDecayComesNearDecoupledDecay() throws {
    let (rate, l2, momentum) = (0.05, 1e-3, 0.9)
    var (theta, m) = (1.0, 0.0)
    for _ in 0..<2000 {
      m = momentum * m + rate * l2 * theta
      theta -= m
    }
    var plan = cifar(epochs: 1)
    (plan.rule, plan.learningRate, plan.l2, plan.momentum) = ("sgd", rate, l2, momentum)
    let lambda = try #require(try PlanExplanation(plan, samples: 1280).coupledAsDecoupled)
    #expect(abs(theta / Elementary.power(1 - lambda, 2000) - 1) < 0.01)
  }

  /// The paper's λ_norm, whatever dialect λ is said in: 0.025·√(128/(50000·100)) = 1.2649e-4.
  @Test(arguments: [
    (Dialect.paper, 1.264911064e-4), (.pytorch, 0.1264911064), (.tfa, 1.264911064e-4),
  ])
  func theNormIsThePapers(dialect: Dialect, decay: Double) throws {
    var plan = cifar(epochs: 100, dialect)
    plan.weightDecay = decay
    let explanation = try PlanExplanation(plan, samples: 50_000)
    #expect(abs(explanation.paperNorms[0] - 0.025) < 1e-10)
    #expect(abs(explanation.paperDecays[0] - 1.264911064e-4) < 1e-13)
  }

  @Test func tellingStepsAreBothSidesOfEveryTurn() throws {
    var plan = cifar(epochs: 1500)
    plan.schedule = .warmRestarts
    for dialect in [Dialect.paper, .authors] {
      plan.dialect = dialect
      let steps = try Horizon(plan, samples: 50_000).tellingSteps
      for epoch in [100, 300, 700] {
        #expect(steps.contains(epoch * 391 - 1) && steps.contains(epoch * 391), "\(epoch)")
      }
      #expect(steps.first == 0 && steps.last == 1500 * 391 - 1 && steps == steps.sorted())
      #expect(steps.contains(750 * 391) && steps.count <= 20)
    }
    (plan.dialect, plan.restartEpochs, plan.restartFactor) = (.paper, 1, 1)
    #expect(try Horizon(plan, samples: 50_000).tellingSteps.count <= 20)
    plan = cifar(epochs: 100)
    (plan.schedule, plan.warmupEpochs) = (.step, 5)
    let steps = try Horizon(plan, samples: 50_000).tellingSteps
    for epoch in [5, 30, 60, 80] {
      #expect(steps.contains(epoch * 391 - 1) && steps.contains(epoch * 391), "\(epoch)")
    }
    plan = cifar(epochs: 1)
    #expect(try Horizon(plan, samples: 128).tellingSteps == [0])
  }
}
