import Optimizers
import Plans
import Tensors
import Testing

/// What a plan comes to for a set of images.
struct HorizonTests {
  /// CIFAR-10 for 100 epochs, as in the paper.
  private static var cifar: TrainingPlan {
    var plan = TrainingPlan()
    plan.epochs = 100
    return plan
  }

  @Test func numbersOfThePapersRun() throws {
    let horizon = try Horizon(Self.cifar, samples: 50_000)
    #expect(horizon.samples == 50_000)
    // 390 full batches and one of 80.
    #expect(horizon.stepsPerEpoch == 391)
    #expect(horizon.steps == 39_100 && horizon.schedule.steps == 39_100)
    #expect(horizon.schedule.shape == .cosine(.half) && horizon.schedule.warmupSteps == 0)
    #expect(horizon.rule.name == "adamw" && horizon.learningRate == 1e-3)
    #expect(abs(horizon.decay - 1.264911064e-4) < 1e-13)
    #expect(abs(horizon.normalizedDecay - 0.025) < 1e-15)
  }

  @Test func stepsStopTheRunAndLeaveTheHorizon() throws {
    var plan = Self.cifar
    (plan.steps, plan.warmupEpochs) = (10, 2)
    let horizon = try Horizon(plan, samples: 50_000)
    #expect(horizon.steps == 10)
    #expect(
      horizon.schedule
        == Schedule(.cosine(.half), epochs: 100, stepsPerEpoch: 391, warmupEpochs: 2)
    )
    plan.steps = 1_000_000
    #expect(try Horizon(plan, samples: 50_000).steps == 39_100)
    plan.steps = 0
    #expect(try Horizon(plan, samples: 50_000).steps == 0)
  }

  @Test(arguments: [(128, 1), (129, 2), (255, 2), (256, 2)])
  func theLastBatchMayBeShort(samples: Int, steps: Int) throws {
    #expect(try Horizon(TrainingPlan(), samples: samples).stepsPerEpoch == steps)
  }

  @Test func aBatchLargerThanTheSetIsRefused() {
    #expect(throws: Failure.self) { try Horizon(TrainingPlan(), samples: 127) }
  }

  @Test func decayIsRawOrNormalized() throws {
    var plan = Self.cifar
    plan.weightDecay = 5e-4
    var horizon = try Horizon(plan, samples: 50_000)
    #expect(horizon.decay == 5e-4)
    #expect(abs(horizon.normalizedDecay - 0.0988211769) < 1e-9)
    (plan.weightDecay, plan.weightDecayNorm) = (nil, 0.1)
    horizon = try Horizon(plan, samples: 50_000)
    #expect(abs(horizon.decay - 5.059644256e-4) < 1e-12)
    // However large: who normalises knows the horizon.
    plan.weightDecayNorm = 10
    #expect(try Horizon(plan, samples: 50_000).decay > 1e-3)
    (plan.rule, plan.weightDecayNorm) = ("sgd", nil)
    horizon = try Horizon(plan, samples: 50_000)
    #expect(horizon.decay == 0 && horizon.normalizedDecay == 0 && horizon.learningRate == 0.05)
  }

  /// Each restart period has its own T, and so its own λ; the fifth is 1600 epochs long although
  /// the run ends in it.
  @Test func decayFollowsTheRestartPeriods() throws {
    var plan = Self.cifar
    (plan.schedule, plan.epochs, plan.weightDecayNorm) = (.warmRestarts, 1800, 0.05)
    var horizon = try Horizon(plan, samples: 50_000)
    // 0.05·√(128/(50000·T)).
    let expected = [2.529822128e-4, 1.788854382e-4, 1.264911064e-4, 8.944271910e-5, 6.324555320e-5]
    #expect(zip(horizon.decays, expected).allSatisfy { abs($0 - $1) < 1e-13 })
    #expect(horizon.decays.count == 5 && horizon.decay == horizon.decays[0])
    for (epoch, period) in [(0, 0), (99, 0), (100, 1), (299, 1), (300, 2), (1500, 4), (1799, 4)] {
      #expect(horizon.decay(at: epoch * 391) == horizon.decays[period])
      #expect(horizon.decay(at: epoch * 391 + 390) == horizon.decays[period])
    }
    #expect(abs(horizon.normalizedDecay - 0.05) < 1e-15)
    #expect(horizon.periodEnds == [100, 300, 700, 1500])
    // --steps ends the run, not a period.
    plan.steps = 10
    #expect(try Horizon(plan, samples: 50_000).decays == horizon.decays)
    (plan.steps, plan.warmupEpochs) = (nil, 10)
    horizon = try Horizon(plan, samples: 50_000)
    #expect(abs(horizon.decay - 0.05 * (128.0 / (50_000 * 110)).squareRoot()) < 1e-15)
    #expect(abs(horizon.decays[1] - expected[1]) < 1e-13)
    #expect(horizon.periodEnds == [110, 310, 710, 1510])
    (plan.weightDecayNorm, plan.weightDecay) = (nil, 3e-4)
    #expect(try Horizon(plan, samples: 50_000).decays == Array(repeating: 3e-4, count: 5))
    (plan.weightDecay, plan.rule) = (nil, "sgd")
    #expect(try Horizon(plan, samples: 50_000).decays == Array(repeating: 0, count: 5))
    #expect(try Horizon(Self.cifar, samples: 50_000).periodEnds == [100])
  }

  /// ImageNet32 in batches of 128, and the paper's long runs: λ by its formula, not by ⌈B/b⌉.
  @Test(arguments: [
    (0.025, 50_000, 100, 1.26491106e-4), (0.05, 50_000, 100, 2.52982213e-4),
    (0.025, 50_000, 1800, 2.98142397e-5), (0.05, 50_000, 1800, 5.96284794e-5),
    (0.025, 1_281_167, 100, 2.49887e-5), (0.05, 1_281_167, 100, 4.99773e-5),
    (0.025, 1_281_167, 150, 2.04031e-5), (0.05, 1_281_167, 150, 4.08063e-5),
  ])
  func decayOfThePapersRuns(norm: Double, samples: Int, epochs: Int, expected: Double) throws {
    var plan = TrainingPlan()
    (plan.epochs, plan.weightDecayNorm) = (epochs, norm)
    #expect(abs(try Horizon(plan, samples: samples).decay / expected - 1) < 5e-6)
  }

  @Test func endingInsideAPeriodIsWarnedOf() throws {
    var plan = Self.cifar
    (plan.schedule, plan.epochs) = (.warmRestarts, 1800)
    let warnings = try Horizon(plan, samples: 50_000).warnings
    #expect(warnings.count == 1)
    #expect(warnings.first?.contains("at η 0.916: --epochs 1500 or 3100 would") == true)
    plan.epochs = 50
    let early = try Horizon(plan, samples: 50_000).warnings
    #expect(early.first?.contains("at η 0.5: --epochs 100 would") == true)
    for epochs in [100, 300, 700, 1500] {
      plan.epochs = epochs
      #expect(try Horizon(plan, samples: 50_000).warnings.isEmpty)
    }
    #expect(try Horizon(Self.cifar, samples: 50_000).warnings.isEmpty)
  }

  @Test func strongRawDecayIsRefusedWithWhatItMeans() throws {
    var plan = Self.cifar
    plan.weightDecay = 0.01
    let strong = try Horizon(plan, samples: 50_000)
    let failure = #expect(throws: Failure.self) { try strong.refuseStrongDecay() }
    #expect(failure?.kind == .usage && strong.decay == 0.01)
    let sentence = try #require(failure?.message)
    // 0.99^391 = 1.9649 %; 0.01 / 1.2649e-4 = 79.06; 0.01 / 0.00505964 = 1.98; 0.01 / 1e-3 = 10;
    // 0.01 · 1e-3 = 1e-5.
    for part in [
      "--weight-decay 0.01 is", "1.96 % after one epoch", "79.1 times", "--weight-decay-norm 1.98 ",
      "PyTorch's weight_decay 10;", "PyTorch's 0.01 is --weight-decay 1e-5 here",
      "--allow-strong-decay",
    ] { #expect(sentence.contains(part), "\(sentence)") }
    plan.allowStrongDecay = true
    try Horizon(plan, samples: 50_000).refuseStrongDecay()
  }

  /// Twenty times what λ_norm 0.025 gives for the same run, and no more, wherever decay is not times
  /// the learning rate.
  @Test(arguments: [Dialect.paper, .authors, .tfa], [(1, 50_000), (2, 5_000), (100, 50_000)])
  func theRunSaysWhatIsStrong(dialect: Dialect, _ run: (epochs: Int, images: Int)) throws {
    var plan = TrainingPlan()
    (plan.dialect, plan.epochs) = (dialect, run.epochs)
    let batches = Double((run.images + 127) / 128)
    let one =
      dialect == .authors
      ? 0.025 / (batches * Double(run.epochs)).squareRoot()
      : 0.025 * (128 / (Double(run.images) * Double(run.epochs))).squareRoot()
    for (times, isRefused) in [(1.0, false), (19.9, false), (20.1, true)] {
      plan.weightDecay = times * one
      let horizon = try Horizon(plan, samples: run.images)
      #expect(horizon.isStrongDecay == isRefused, "\(times)")
      #expect((horizon.strongDecayWarning == nil) != isRefused, "\(times)")
    }
    // Times the learning rate it is another number, and nothing is said of it.
    (plan.dialect, plan.weightDecay) = (.pytorch, 0.5)
    #expect(try !Horizon(plan, samples: run.images).isStrongDecay)
  }

  /// The best of launch/paper-effect, 0.002 at 30 epochs of 5,000 images, and the default's own size.
  @Test(arguments: [(30, 5_000), (2, 10_000), (1, 50_000)])
  func theDecayThatWorksBestIsTrained(epochs: Int, images: Int) throws {
    var plan = TrainingPlan()
    (plan.epochs, plan.weightDecay) = (epochs, 0.002)
    try Horizon(plan, samples: images).refuseStrongDecay()
  }

  /// With restarts the first period's T counts; under the authors' steps nothing decays.
  @Test func periodsAndSchedulesWithoutDecay() throws {
    var plan = Self.cifar
    (plan.schedule, plan.epochs, plan.restartEpochs) = (.warmRestarts, 700, 100)
    let first = 20 * 0.025 * (128 / (50_000 * 100.0)).squareRoot()
    plan.weightDecay = 0.99 * first
    try Horizon(plan, samples: 50_000).refuseStrongDecay()
    plan.weightDecay = 1.01 * first
    #expect(try Horizon(plan, samples: 50_000).isStrongDecay)
    (plan.dialect, plan.schedule, plan.restartEpochs) = (.authors, .step, nil)
    plan.weightDecay = 0.5
    #expect(try !Horizon(plan, samples: 50_000).isStrongDecay)
  }

  /// No number that means nothing: α may be 0 or hardly more.
  @Test(arguments: [0, .leastNonzeroMagnitude, 1e-300, 1e-12, 1e-7])
  func aTinyRateIsNotDividedBy(rate: Double) throws {
    var plan = Self.cifar
    (plan.learningRate, plan.weightDecay) = (rate, 0.01)
    let sentence = try #require(try Horizon(plan, samples: 50_000).strongDecayWarning)
    #expect(!sentence.contains("inf") && !sentence.contains("nan"), "\(sentence)")
    #expect(sentence.contains("PyTorch") == (rate == 1e-7), "\(sentence)")
    #expect(sentence.contains("It equals --weight-decay-norm 1.98"), "\(sentence)")
    plan.dialect = .tfa
    let raw = try #require(try Horizon(plan, samples: 50_000).strongDecayWarning)
    #expect(raw.contains("equals") == (rate == 1e-7), "\(raw)")
  }

  /// The first weights are decay^steps of the average.
  @Test func anAverageThatStaysColdIsWarnedOf() throws {
    var plan = TrainingPlan()
    (plan.epochs, plan.averageDecay) = (2, 0.999)
    let cold = try Horizon(plan, samples: 1_000)
    #expect(cold.steps == 16 && cold.warnings.count == 1)
    // 0.999^16 = 0.98412; ln 0.01 / ln 0.999 = 4602.9; 0.01^(1/16) = 0.7499.
    for part in ["--ema 0.999", "the 16 steps", "98.4 %", "4603 steps", "--ema 0.75;"] {
      #expect(cold.warnings.first?.contains(part) == true, "\(cold.warnings)")
    }
    #expect(!cold.averageIsWarm(after: 4602) && cold.averageIsWarm(after: 4603))
    plan.averageDecay = 0.7
    #expect(try Horizon(plan, samples: 1_000).warnings == [])
    plan.averageDecay = nil
    #expect(try !Horizon(plan, samples: 1_000).averageIsWarm(after: 1_000_000))
  }

  /// An epoch without its short batch is shorter, and so is the B that λ follows from.
  @Test func theShortBatchMayBeLeftOut() throws {
    var plan = Self.cifar
    plan.dropLast = true
    let horizon = try Horizon(plan, samples: 50_000)
    #expect(horizon.stepsPerEpoch == 390 && horizon.steps == 39_000 && horizon.samples == 49_920)
    #expect(abs(horizon.decay - 0.025 / 39_000.0.squareRoot()) < 1e-15)
    plan.dialect = .authors
    #expect(abs(try Horizon(plan, samples: 50_000).decay - 0.025 / 39_000.0.squareRoot()) < 1e-15)
    #expect(try Horizon(plan, samples: 49_920).stepsPerEpoch == 390)
    #expect(try Horizon(plan, samples: 128).stepsPerEpoch == 1)
    #expect(throws: Failure.self) { try Horizon(plan, samples: 127) }
  }

  @Test(arguments: [
    (0, "0"), (1, "1"), (12.3, "12.3"), (0.000894, "0.000894"), (0.0008944, "0.000894"),
    (1234, "1230"), (999.6, "1000"), (100, "100"), (0.1, "0.1"), (-2.5, "-2.5"), (5.678, "5.68"),
    (1.23e9, "1.23e+9"), (1e-5, "1e-5"), (0.0001, "0.0001"), (123456, "123000"),
    (1_000_000, "1e+6"), (0.99951, "1"), (.infinity, "inf"), (.nan, "nan"), (-1.5e-7, "-1.5e-7"),
  ])
  func threeDigitsForPeople(number: Double, text: String) {
    #expect(significant(number) == text)
  }

  /// What the authors' code makes of 391 batches: its λ, and restarts one batch into epochs 101,
  /// 301 and 701.
  @Test func theAuthorsDialectReplaysTheirCode() throws {
    var plan = TrainingPlan()
    (plan.dialect, plan.epochs) = (.authors, 100)
    let once = try Horizon(plan, samples: 50_000)
    #expect(abs(once.decay - 1.2643e-4) < 5e-9 && once.decays.count == 1)
    #expect(once.multiplier(at: 0) < 1 && once.multiplier(at: 39_099) == 0)
    plan.epochs = 1500
    plan.schedule = .warmRestarts
    let restarts = try Horizon(plan, samples: 50_000)
    #expect(restarts.course.periodStarts == [0, 39_100, 117_300, 273_700])
    #expect(restarts.course.periodEpochs == [100, 200, 400, 800])
    #expect(restarts.multiplier(at: 39_099) == 0 && restarts.multiplier(at: 39_100) == 1)
    #expect(restarts.course.restarts(at: 117_300) && !restarts.course.restarts(at: 117_301))
    #expect(abs(restarts.decay(at: 273_700) - 0.025 / (391.0 * 800).squareRoot()) < 1e-15)
    #expect(restarts.periodEnds == [100, 300, 700, 1500] && restarts.warnings.isEmpty)
  }

  @Test func theAuthorsStepsDecayNothing() throws {
    var plan = TrainingPlan()
    (plan.dialect, plan.epochs, plan.schedule) = (.authors, 164, .step)
    try plan.validate(ranks: 1)
    let horizon = try Horizon(plan, samples: 50_000)
    #expect(horizon.decays == [0])
    #expect(horizon.warnings.first?.contains("no decoupled decay") == true)
    #expect(horizon.multiplier(at: 80 * 391 - 1) == 1)
    #expect(abs(horizon.multiplier(at: 80 * 391) - 0.1) < 1e-15)
    #expect(abs(horizon.multiplier(at: 121 * 391) - 0.01) < 1e-15)
    plan.stepEpochs = [30, 60, 80]
    #expect(throws: Failure.self) { try plan.validate(ranks: 1) }
    (plan.stepEpochs, plan.warmupEpochs) = (nil, 1)
    #expect(throws: Failure.self) { try plan.validate(ranks: 1) }
    (plan.warmupEpochs, plan.schedule, plan.cosinePeriod) = (0, .cosine, .quarter)
    #expect(throws: Failure.self) { try plan.validate(ranks: 1) }
  }
}
