import Foundation
import Optimizers
import Testing

/// Restart periods: where they lie, and η in them.
struct WarmRestartsTests {
  private func schedule(
    _ first: Int,
    _ factor: Double,
    epochs: Int,
    of steps: Int = 391,
    warmup: Int = 0,
    least: Double = 0,
    most: Double = 1
  ) -> Schedule {
    Schedule(
      .warmRestarts(WarmRestarts(first: first, factor: factor, least: least, most: most)),
      epochs: epochs,
      stepsPerEpoch: steps,
      warmupEpochs: warmup
    )
  }

  @Test func periodsOfThePaper() {
    let schedule = schedule(100, 2, epochs: 1800)
    #expect(schedule.periods == [0..<100, 100..<300, 300..<700, 700..<1500, 1500..<3100])
    for epoch in [0, 100, 300, 700, 1500] {
      #expect(schedule.multiplier(at: epoch * 391) == 1)
      guard epoch > 0 else { continue }
      // ½(1 + cos(π − x)) ≈ x²/4, x being π over the steps of the period.
      #expect(schedule.multiplier(at: epoch * 391 - 1) < 2e-9)
    }
    // The run ends in the fifth period: ½(1 + cos(300/1600·π)).
    #expect(abs(schedule.multiplier(at: 1800 * 391 - 1) - 0.916) < 5e-4)
    // README's 1500 epochs are whole periods.
    let whole = self.schedule(100, 2, epochs: 1500)
    #expect(whole.periods == [0..<100, 100..<300, 300..<700, 700..<1500])
  }

  @Test(arguments: [
    (3, 1.5, 20, [0..<3, 3..<8, 8..<15, 15..<25]), (4, 1, 9, [0..<4, 4..<8, 8..<12]),
    (1, 1.1, 4, [0..<1, 1..<2, 2..<3, 3..<4]), (50, 100, 49, [0..<50]),
  ])
  func lengthsAreRounded(first: Int, factor: Double, epochs: Int, expected: [Range<Int>]) {
    #expect(schedule(first, factor, epochs: epochs).periods == expected)
  }

  /// Equation 14, by the C library's cosine.
  @Test(arguments: [0, 2])
  func everyPeriodFollowsTheFormula(warmup: Int) {
    let schedule = schedule(
      3,
      1.5,
      epochs: 20,
      of: 7,
      warmup: warmup,
      least: 0.25,
      most: 1.5
    )
    for step in 7 * warmup..<140 {
      let epoch = Double(step) / 7 - Double(warmup)
      let (begin, length) =
        epoch < 3 ? (0.0, 3.0) : epoch < 8 ? (3, 5) : epoch < 15 ? (8, 7) : (15, 10)
      let expected = 0.25 + 0.5 * 1.25 * (1 + cos(.pi * (epoch - begin) / length))
      #expect(abs(schedule.multiplier(at: step) - expected) < 1e-14, "step \(step)")
    }
  }

  /// The first period holds the warm-up, so its T is longer; its cosine is not.
  @Test func warmupBelongsToTheFirstPeriod() {
    let schedule = schedule(10, 2, epochs: 65, of: 10, warmup: 5)
    #expect(schedule.periods == [0..<15, 15..<35, 35..<75])
    #expect(schedule.multiplier(at: 49) == 1 && schedule.multiplier(at: 50) == 1)
    #expect(schedule.multiplier(at: 100) == 0.5 && schedule.multiplier(at: 150) == 1)
  }

  @Test(arguments: [1, 2, 3, 7]) func aStepFindsItsPeriod(first: Int) {
    let schedule = schedule(first, 1.3, epochs: 60, of: 4, warmup: 2)
    for step in 0..<240 {
      let period = schedule.periods[schedule.period(at: step)]
      #expect(period.contains(step / 4), "step \(step)")
      #expect(schedule.firstStep(ofPeriodAt: step) == 4 * period.lowerBound)
      let begins = step > 0 && step == 4 * period.lowerBound
      #expect(schedule.restarts(at: step) == begins, "step \(step)")
    }
    #expect(schedule.period(at: 1_000_000) == schedule.periods.count - 1)
  }

  @Test func withoutRestartsThePeriodIsTheHorizon() {
    for shape in ScheduleTests.shapes.dropLast() {
      let schedule = Schedule(shape, epochs: 30, stepsPerEpoch: 4, warmupEpochs: 3)
      #expect(schedule.periods == [0..<30] && schedule.period(at: 119) == 0)
    }
  }
}
