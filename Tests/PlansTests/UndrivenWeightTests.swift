import Optimizers
import Plans
import Tensors
import Testing

/// What decay leaves of a weight by integrals is what it leaves step by step.
struct UndrivenWeightTests {
  /// Every shape of η, with decays from small to as strong as leaves a number.
  private static let plans: [(name: String, change: @Sendable (inout TrainingPlan) -> Void)] = [
    ("cosine", { $0.schedule = .cosine }),
    ("quarter cosine", { $0.cosinePeriod = .quarter }),
    // So short that the slopes at its ends count.
    ("quarter cosine, one epoch", { ($0.cosinePeriod, $0.epochs) = (.quarter, 1) }),
    ("warm-up", { $0.warmupEpochs = 7 }),
    ("fixed", { $0.schedule = .fixed }),
    ("step", { ($0.schedule, $0.stepEpochs, $0.stepFactor) = (.step, [3, 7.5, 19], 0.2) }),
    (
      "piecewise linear",
      {
        $0.schedule = .piecewiseLinear
        $0.knots = [("2:1"), ("9.7:0.2"), ("15:0.9"), ("30:0")].compactMap { ScheduleKnot($0) }
        $0.warmupEpochs = 1
      }
    ),
    (
      "piecewise constant",
      {
        $0.schedule = .piecewiseConstant
        $0.knots = ["4:0.5", "11:0.01"].compactMap { ScheduleKnot($0) }
      }
    ),
    (
      "restarts",
      {
        ($0.schedule, $0.restartEpochs, $0.restartFactor) = (.warmRestarts, 2, 1.7)
        ($0.etaMin, $0.etaMax, $0.warmupEpochs) = (0.1, 1.5, 1)
      }
    ),
    ("authors", { $0.dialect = .authors }),
    (
      "authors' restarts",
      {
        ($0.dialect, $0.schedule) = (.authors, .warmRestarts)
        ($0.restartEpochs, $0.restartFactor) = (3, 2)
      }
    ),
    ("authors' steps", { ($0.dialect, $0.schedule, $0.epochs) = (.authors, .step, 90) }),
    ("authors, fixed", { ($0.dialect, $0.schedule) = (.authors, .fixed) }),
    ("keras", { ($0.dialect, $0.weightDecay) = (.keras, 0.01) }),
    ("tfa", { ($0.dialect, $0.weightDecay) = (.tfa, 1e-5) }),
    ("stopped inside", { $0.steps = 300_001 }),
  ]

  @Test(arguments: plans.indices, [nil, 1e-7, 2e-5, 0.01, 0.3])
  func integralsAreSums(number: Int, decay: Double?) throws {
    var plan = TrainingPlan()
    (plan.epochs, plan.batchSize, plan.weightDecay) = (25, 8, decay)
    Self.plans[number].change(&plan)
    let images = 160_000
    if plan.dialect == .tfa { plan.weightDecay = decay ?? 1e-5 }
    try plan.validate(ranks: 1)
    plan = try plan.resolved
    let horizon = try Horizon(plan, samples: images)
    let last = horizon.steps - 1
    let chosen = Set([0, 1, 5_000, 19_999, 20_000, 59_999, 140_000, 277_777, last])
      .filter { $0 <= last }.sorted()
    let walked = PlanExplanation.walk(plan, horizon, Set(chosen))
    let jumped = PlanExplanation.jump(plan, horizon, chosen)
    let name = "\(Self.plans[number].name), λ \(horizon.decay)"
    for (one, other) in zip(walked.rows, jumped.rows) {
      #expect(one.step == other.step && one.eta == other.eta && one.decay == other.decay)
      #expect(one.lambda == other.lambda && one.epoch == other.epoch && one.rate == other.rate)
      // Below what Float64 has all its digits for, the walk itself has none.
      let isSame = abs(one.left / other.left - 1) < 1e-8 || max(one.left, other.left) < 1e-290
      #expect(isSame, "\(name), step \(one.step): \(one.left) and \(other.left)")
    }
    #expect(walked.rows.count == jumped.rows.count && jumped.left == jumped.rows.last?.left)
  }

  /// The longest run that flags can name takes no longer than another, in every dialect.
  @Test(arguments: Dialect.allCases, [ScheduleName.cosine, .warmRestarts, .fixed])
  func theLongestRunIsExplained(dialect: Dialect, schedule: ScheduleName) throws {
    var plan = TrainingPlan()
    (plan.epochs, plan.dialect, plan.schedule) = (Int(Int32.max), dialect, schedule)
    if schedule == .warmRestarts { (plan.restartEpochs, plan.restartFactor) = (1, 100) }
    if !dialect.normalizesDecay { plan.weightDecay = dialect == .tfa ? 1e-12 : 1e-9 }
    try plan.validate(ranks: 1)
    let explanation = try PlanExplanation(plan, samples: 10_000)
    let horizon = explanation.horizon
    #expect(horizon.steps == 79 * Int(Int32.max))
    #expect(explanation.rows.count > 2 && explanation.rows.last?.step == horizon.steps - 1)
    #expect(explanation.left == explanation.rows.last?.left)
    // λ_norm 0.025 is λ = 0.025·√(128/(B·T)); over half a cosine Σλη = ½·λ·S.
    if dialect == .paper && schedule == .cosine {
      let expected = Elementary.exp(-0.5 * horizon.decay * Double(horizon.steps))
      #expect(expected == 0 || abs(explanation.left / expected - 1) < 1e-6)
    }
    if dialect == .keras && schedule == .fixed {
      let expected = Elementary.exp(-1e-12 * Double(horizon.steps))
      #expect(abs(explanation.left / expected - 1) < 1e-9, "\(explanation.left)")
    }
    for other in Dialect.allCases {
      _ = try DialectTranslation(plan, to: other, samples: 10_000)
    }
  }

  /// As many images and epochs as there are numbers for.
  @Test func nothingOverflows() throws {
    var plan = TrainingPlan()
    (plan.epochs, plan.batchSize, plan.lanes) = (Int(Int32.max), 1, 1)
    (plan.schedule, plan.restartEpochs, plan.restartFactor) = (.warmRestarts, 1, 100)
    let explanation = try PlanExplanation(plan, samples: Int(Int32.max))
    #expect(explanation.horizon.steps == Int(Int32.max) * Int(Int32.max))
    #expect(explanation.rows.count > 10 && explanation.left >= 0)
    #expect(explanation.horizon.decays.count == 6)
  }

  /// Decay that takes whole weights: nothing is left, however it is counted.
  @Test func whatIsGoneIsGone() throws {
    var plan = TrainingPlan()
    (plan.epochs, plan.weightDecay) = (1_000_000, 0.9)
    #expect(try PlanExplanation(plan, samples: 10_000).left == 0)
  }
}
