import Optimizers
import Tensors
import Testing
import Training

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
}
