import Optimizers
import Plans
import Tensors
import Testing

/// A plan in other dialects: the same decay in every step, and a sentence for what is not the same.
struct DialectTranslationTests {
  /// A plan of 4 epochs of 10 steps whose decay takes 5e-4 at η = 1.
  private func plan(_ dialect: Dialect, _ schedule: ScheduleName) -> TrainingPlan {
    var plan = TrainingPlan()
    (plan.dialect, plan.schedule, plan.epochs) = (dialect, schedule, 4)
    (plan.rule, plan.learningRate) = ("adamw", 2e-3)
    plan.weightDecay = dialect.decayUnit == .learningRate ? 0.25 : 5e-4
    return plan
  }

  private func horizon(_ plan: TrainingPlan?) throws -> Horizon {
    try Horizon(try #require(plan), samples: 1280)
  }

  /// What decay takes off a weight in every step, by the formulas of the six dialects.
  private func decays(_ plan: TrainingPlan?) throws -> [Double] {
    let (plan, horizon) = (try #require(plan), try horizon(plan))
    return (0..<horizon.steps).map { step in
      let (eta, lambda) = (horizon.multiplier(at: step), horizon.decay(at: step))
      switch plan.dialect {
      case .paper, .authors: return eta * lambda
      case .pytorch, .keras, .optax: return eta * horizon.learningRate * lambda
      case .tfa: return lambda
      }
    }
  }

  @Test(arguments: Dialect.allCases, Dialect.allCases)
  func decayIsTheSameInEveryStep(from: Dialect, to: Dialect) throws {
    for schedule in [ScheduleName.fixed, .cosine] {
      let source = plan(from, schedule)
      let translation = try DialectTranslation(source, to: to, samples: 1280)
      #expect(translation.plan?.dialect == to)
      let pairs = zip(try decays(source), try decays(translation.plan))
      let largest = pairs.map { abs($0 - $1) }.max() ?? 1
      let isScheduled = schedule == .cosine && from != to
      if isScheduled && (from == .tfa || to == .tfa) {
        #expect(largest > 1e-4)
        #expect(translation.differences.contains { $0.hasPrefix("Decay ") && $0.contains("η") })
      } else if isScheduled && (from == .authors || to == .authors) {
        // A step ahead: at most half a cosine's steepest step.
        #expect(largest > 0 && largest < 5e-4 * 0.05)
        #expect(translation.differences.contains { $0.contains("a step ahead") })
      } else {
        #expect(largest < 1e-18, "\(from) to \(to), \(schedule)")
        #expect(!translation.differences.contains { $0.hasPrefix("Decay ") })
      }
      // And back.
      let there = try #require(translation.plan)
      let back = try DialectTranslation(there, to: from, samples: 1280)
      #expect(abs((back.plan?.weightDecay ?? 0) / (source.weightDecay ?? 0) - 1) < 1e-15)
    }
  }

  @Test func lambdaNormOfThePapersRun() throws {
    var plan = TrainingPlan()
    (plan.epochs, plan.dialect) = (1500, .authors)
    let torch = try DialectTranslation(plan, to: .pytorch, samples: 50_000)
    // λ = 0.025/√(391·1500) = 3.2644e-5; PyTorch's is λ/α.
    #expect(abs((torch.plan?.weightDecay ?? 0) - 0.032644) < 1e-6)
    #expect(torch.plan?.weightDecayNorm == nil && torch.plan?.epsilon == 1e-8)
    let paper = try DialectTranslation(plan, to: .paper, samples: 50_000)
    // √(391·128/50000): what rounding B/b up costs.
    #expect(abs((paper.plan?.weightDecayNorm ?? 0) - 0.025 / 1.00048).magnitude < 1e-8)
    #expect(paper.plan?.weightDecay == nil)
  }

  @Test func restartsNeedANumberEach() throws {
    var plan = TrainingPlan()
    (plan.epochs, plan.schedule) = (300, .warmRestarts)
    let torch = try DialectTranslation(plan, to: .pytorch, samples: 50_000)
    #expect(
      torch.differences == [
        "There λ is one number: set it anew at every restart, in turn 0.126, 0.0894."
      ]
    )
    let authors = try DialectTranslation(plan, to: .authors, samples: 50_000)
    #expect(authors.differences.count == 2 && authors.plan?.weightDecayNorm != nil)
    // Without whole epochs their code never restarts.
    (plan.restartEpochs, plan.restartFactor) = (3, 1.5)
    let odd = try DialectTranslation(plan, to: .authors, samples: 50_000)
    #expect(odd.differences.contains("Restarts come at other steps there."))
  }

  /// Where decay is times the learning rate, the learning rate's factors are in it.
  @Test func factorsOfGroupsGoAlong() throws {
    var source = plan(.paper, .fixed)
    source.learningRateFactors = [.bias: 2, .norm: 0.5]
    source.decayFactors = [.norm: 3]
    source.noDecay = [.dense]
    let torch = try DialectTranslation(source, to: .pytorch, samples: 1280)
    #expect(torch.plan?.decayFactors == [.bias: 0.5, .norm: 6] && torch.plan?.noDecay == [.dense])
    let back = try DialectTranslation(try #require(torch.plan), to: .tfa, samples: 1280)
    #expect(back.plan?.decayFactors == source.decayFactors)
    source.learningRateFactors = [.bias: 0]
    let frozen = try DialectTranslation(source, to: .keras, samples: 1280)
    #expect(frozen.differences.contains { $0.contains("bias tensors keep") })
  }

  @Test(arguments: [
    ("adamw", Dialect.pytorch, Dialect.keras, ["ε is added"]),
    ("adam", .keras, .tfa, []), ("adam", .pytorch, .optax, []),
    ("sgdw", .paper, .pytorch, ["η·α enters the momentum here"]),
    ("sgd", .optax, .keras, ["η·α enters the momentum there"]), ("sgd", .pytorch, .optax, []),
    ("rmsprop", .pytorch, .keras, ["ε stands under the root there"]),
    ("adagrad", .optax, .paper, ["ε stands beside the root there"]),
    ("rmsprop", .keras, .optax, []), ("adadelta", .keras, .pytorch, []),
    ("rmsprop", .paper, .authors, ["--opt rmsprop: --dialect authors has no such rule"]),
    ("swats", .paper, .keras, ["--opt swats: --dialect keras has no such rule"]),
  ])
  func everyDifferenceHasItsSentence(
    rule: String,
    from: Dialect,
    to: Dialect,
    starts: [String]
  ) throws {
    var plan = TrainingPlan()
    (plan.rule, plan.dialect) = (rule, from)
    let translation = try DialectTranslation(plan, to: to, samples: 1280)
    #expect(translation.differences.count == starts.count, "\(translation.differences)")
    for (sentence, start) in zip(translation.differences, starts) {
      #expect(sentence.hasPrefix(start) && sentence.hasSuffix("."))
    }
    let cannot = starts.contains { $0.contains("no such rule") }
    #expect((translation.plan == nil) == cannot && (translation.flags == nil) == cannot)
    // A constant rate may stand inside or outside the momentum.
    plan.schedule = .fixed
    let fixed = try DialectTranslation(plan, to: to, samples: 1280)
    #expect(!fixed.differences.contains { $0.contains("momentum") })
  }

  /// Their steps fall where ours do; their cosine is a step ahead.
  @Test func theAuthorsSchedules() throws {
    var plan = TrainingPlan()
    (plan.dialect, plan.schedule, plan.epochs) = (.authors, .step, 164)
    var paper = try DialectTranslation(plan, to: .paper, samples: 1280)
    #expect(paper.differences.map { $0.prefix(1) } == ["ε"])
    // Nothing decays under their steps.
    #expect(paper.plan?.weightDecayNorm == 0 && paper.plan?.stepEpochs == [80, 121])
    plan.schedule = .cosine
    paper = try DialectTranslation(plan, to: .paper, samples: 1280)
    #expect(paper.differences.map { $0.prefix(1) } == ["T", "ε"])
    // What they do not have.
    (plan.dialect, plan.warmupEpochs) = (.paper, 5)
    let warm = try DialectTranslation(plan, to: .authors, samples: 1280)
    #expect(warm.plan == nil && warm.differences.first?.contains("--warmup-epochs") == true)
  }

  @Test func momentumInRMSPropAndAMSGradInOptax() throws {
    var plan = TrainingPlan()
    (plan.rule, plan.dialect, plan.momentum) = ("rmsprop", .pytorch, 0.9)
    #expect(try DialectTranslation(plan, to: .keras, samples: 1280).differences.count == 2)
    (plan.rule, plan.momentum, plan.amsgrad) = ("adam", nil, true)
    let optax = try DialectTranslation(plan, to: .optax, samples: 1280)
    #expect(optax.differences.count == 1 && optax.differences[0].hasPrefix("AMSGrad"))
    #expect(try DialectTranslation(plan, to: .authors, samples: 1280).plan == nil)
  }

  /// The constants are said where the dialect's own differ; what the schedule is stays out.
  @Test func flagsSayTheRule() throws {
    var plan = TrainingPlan()
    plan.epochs = 100
    func flags(_ dialect: Dialect) throws -> String? {
      try DialectTranslation(plan, to: dialect, samples: 50_000).flags
    }
    #expect(try flags(.paper) == "--dialect paper --opt adamw --lr 0.001 --weight-decay-norm 0.025")
    #expect(
      try flags(.pytorch) == "--dialect pytorch --opt adamw --lr 0.001 --weight-decay 0.126491"
    )
    #expect(
      try flags(.keras)
        == "--dialect keras --opt adamw --lr 0.001 --weight-decay 0.126491 --opt-eps 1e-08"
    )
    (plan.rule, plan.nesterov, plan.l2, plan.noL2) = ("sgd", true, 1e-4, [.norm])
    #expect(
      try flags(.optax) == "--dialect optax --opt sgd --lr 0.05 --nesterov --l2 0.0001 --no-l2 norm"
    )
    (plan.rule, plan.nesterov, plan.l2, plan.noL2) = ("adamw", false, nil, [])
    (plan.dialect, plan.weightDecay) = (.pytorch, 10)
    #expect(try flags(.paper)?.hasSuffix("--weight-decay 0.01 --allow-strong-decay") == true)
  }
}
