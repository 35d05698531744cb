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
    let failure = #expect(throws: Failure.self) { try Horizon(plan, samples: 50_000) }
    #expect(failure?.kind == .usage)
    let sentence = try #require(failure?.message)
    // 0.99^391 = 1.9649 %; 0.01 / 0.00505964 = 1.98; 0.01 / 1e-3 = 10; 0.01 · 1e-3 = 1e-5.
    for part in [
      "--weight-decay 0.01 is", "1.96 % after one epoch", "--weight-decay-norm 1.98 ",
      "PyTorch's weight_decay 10;", "PyTorch's 0.01 is --weight-decay 1e-5 here",
      "--allow-strong-decay",
    ] { #expect(sentence.contains(part), "\(sentence)") }
    plan.allowStrongDecay = true
    #expect(try Horizon(plan, samples: 50_000).decay == 0.01)
    (plan.allowStrongDecay, plan.weightDecay) = (false, 1e-3)
    #expect(try Horizon(plan, samples: 50_000).decay == 1e-3)
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
