import Foundation
import Optimizers
import Testing

/// η as a function of the step.
struct ScheduleTests {
  /// Every shape, changing within ten epochs.
  static let shapes: [ScheduleShape] = [
    .fixed, .cosine(.half), .cosine(.quarter), .step(epochs: [2, 3.5, 8], factor: 0.1),
    .piecewiseConstant([ScheduleKnot(epoch: 2.5, multiplier: 0.3)]),
    .piecewiseLinear([
      ScheduleKnot(epoch: 0, multiplier: 0.1), ScheduleKnot(epoch: 4, multiplier: 1),
      ScheduleKnot(epoch: 9, multiplier: 0),
    ]),
    .warmRestarts(WarmRestarts(first: 2, factor: 1.5, least: 0.1, most: 0.9)),
  ]

  private func schedule(
    _ shape: ScheduleShape,
    epochs: Int = 10,
    of steps: Int = 10,
    warmup: Int = 0
  ) -> Schedule {
    Schedule(shape, epochs: epochs, stepsPerEpoch: steps, warmupEpochs: warmup)
  }

  /// η at every step of the horizon.
  private func values(_ schedule: Schedule) -> [Double] {
    (0..<schedule.steps).map(schedule.multiplier)
  }

  /// Where η jumps or bends, by the shapes' own numbers.
  @Test func turns() {
    // Periods of 2, 3 and 5 epochs, 4.5 rounded.
    let expected = [[], [], [], [20, 35, 80], [25], [40, 90], [20, 50]]
    for (shape, turns) in zip(Self.shapes, expected) {
      #expect(schedule(shape).turns == turns, "\(shape)")
    }
    // Those within the warm-up are not seen.
    #expect(schedule(Self.shapes[3], warmup: 3).turns == [30, 35, 80])
    let far = ScheduleShape.piecewiseConstant([ScheduleKnot(epoch: 1e300, multiplier: 0)])
    #expect(schedule(far).turns == [])
  }

  @Test func fixedIsOne() {
    #expect(values(schedule(.fixed)).allSatisfy { $0 == 1 })
  }

  @Test(arguments: [1, 2, 3, 10, 391, 39100])
  func cosineFollowsItsFormula(steps: Int) {
    let half = schedule(.cosine(.half), epochs: 1, of: steps)
    let quarter = schedule(.cosine(.quarter), epochs: 1, of: steps)
    for schedule in [half, quarter] {
      #expect(schedule.multiplier(at: 0) == 1)
      // The end of the horizon is never taken, but it is zero.
      #expect(schedule.multiplier(at: steps) == 0)
    }
    if steps % 2 == 0 { #expect(half.multiplier(at: steps / 2) == 0.5) }
    for step in stride(from: 0, through: steps, by: max(1, steps / 97)) {
      let angle = Double.pi * Double(step) / Double(steps)
      #expect(abs(half.multiplier(at: step) - 0.5 * (1 + cos(angle))) < 1e-15, "step \(step)")
      #expect(abs(quarter.multiplier(at: step) - cos(angle / 2)) < 1e-15, "step \(step)")
    }
  }

  @Test(arguments: ScheduleShape.Arc.allCases) func cosineFalls(arc: ScheduleShape.Arc) {
    let all = values(schedule(.cosine(arc), epochs: 100))
    #expect(zip(all, all.dropFirst()).allSatisfy { $0 > $1 })
  }

  @Test func stepsFallByTheirFactor() {
    let schedule = schedule(.step(epochs: [30, 60, 80], factor: 0.1), epochs: 100, of: 391)
    for (epoch, expected) in [(0, 1.0), (30, 0.1), (60, 0.01), (80, 0.001)] {
      #expect(abs(schedule.multiplier(at: epoch * 391) / expected - 1) < 1e-15)
      if epoch > 0 {
        #expect(abs(schedule.multiplier(at: epoch * 391 - 1) / expected - 10) < 1e-14)
      }
    }
    #expect(abs(schedule.multiplier(at: 39_099) - 0.001) < 1e-18)
  }

  /// The reference schedule of Keras' CIFAR-10 example.
  @Test func constantPiecesHoldUntilTheNext() {
    let knots = [(80.0, 0.1), (120, 0.01), (160, 0.001), (180, 0.0005)]
      .map { ScheduleKnot(epoch: $0.0, multiplier: $0.1) }
    let schedule = schedule(.piecewiseConstant(knots), epochs: 200, of: 1563)
    for (epoch, expected) in [
      (0, 1), (79, 1), (80, 0.1), (119, 0.1), (120, 0.01), (159, 0.01), (160, 0.001),
      (179, 0.001), (180, 0.0005), (199, 0.0005),
    ] {
      #expect(schedule.multiplier(at: epoch * 1563) == expected)
      #expect(schedule.multiplier(at: epoch * 1563 + 1562) == expected)
    }
  }

  @Test func linesRunBetweenTheKnots() {
    let knots = [(2.0, 0.5), (4, 2), (7, 0)]
      .map { ScheduleKnot(epoch: $0.0, multiplier: $0.1) }
    let schedule = schedule(.piecewiseLinear(knots))
    for (step, expected) in [
      (0, 1), (10, 0.75), (19, 0.525), (20, 0.5), (21, 0.575), (30, 1.25), (40, 2), (55, 1),
      (69, 2.0 / 30), (70, 0), (99, 0),
    ] { #expect(abs(schedule.multiplier(at: step) - expected) < 1e-15, "step \(step)") }
    // The first knot in place of 0:1, and an end behind the run's.
    let rising = [(0.0, 0.0), (20, 1)].map { ScheduleKnot(epoch: $0.0, multiplier: $0.1) }
    #expect(self.schedule(.piecewiseLinear(rising)).multiplier(at: 50) == 0.25)
  }

  /// Where 0.07 · 100 is a hair above 7, the drop is at step 7 all the same.
  @Test func fractionalEpochsBeginAtTheNearestStep() {
    #expect(0.07 * 100.0 > 7)
    let drop = schedule(.step(epochs: [0.07, 2.344], factor: 0.5), of: 100)
    #expect([6, 7, 233, 234].map { drop.multiplier(at: $0) } == [1, 0.5, 0.5, 0.25])
    let far = schedule(.step(epochs: [1, 1e308], factor: 0.5))
    #expect(far.multiplier(at: 99) == 0.5)
  }

  @Test(arguments: shapes)
  func warmupRisesLinearlyInFrontOfAnyShape(shape: ScheduleShape) {
    let (plain, warm) = (schedule(shape), schedule(shape, warmup: 3))
    #expect((0..<30).allSatisfy { warm.multiplier(at: $0) == Double($0 + 1) / 30 })
    switch shape {
    case .cosine:
      // Seven epochs remain, in which it goes through all of itself.
      let short = schedule(shape, epochs: 7)
      #expect((30...100).allSatisfy { warm.multiplier(at: $0) == short.multiplier(at: $0 - 30) })
    case .warmRestarts:
      #expect((30..<100).allSatisfy { warm.multiplier(at: $0) == plain.multiplier(at: $0 - 30) })
    default: #expect((30..<100).allSatisfy { warm.multiplier(at: $0) == plain.multiplier(at: $0) })
    }
  }

  @Test(arguments: shapes)
  func aStepDependsOnNothingBefore(shape: ScheduleShape) {
    let schedule = schedule(shape, warmup: 2)
    let backwards = (0..<schedule.steps).reversed().map { schedule.multiplier(at: $0) }
    #expect(values(schedule) == backwards.reversed())
    #expect(shape == .fixed || Set(values(schedule).dropFirst(20)).count > 1)
  }

  @Test func shapesSayTheirNumbers() {
    #expect(
      Self.shapes.map(\.description) == [
        "fixed", "cosine", "cosine over a quarter period", "step, times 0.1 at epochs 2,3.5,8",
        "piecewise-constant 2.5:0.3", "piecewise-linear 0:0.1,4:1,9:0",
        "warm-restarts of 2 epochs × 1.5, η 0.9 to 0.1",
      ]
    )
    #expect("\(WarmRestarts(first: 100, factor: 2, least: 0, most: 1))" == "100 epochs × 2")
  }

  @Test func numbersAreWrittenShort() {
    #expect(plain(30) == "30" && plain(0.1) == "0.1" && plain(-0.0) == "0")
    #expect(plain(1e300) == "1e+300" && plain(-2) == "-2" && plain(.infinity) == "inf")
    #expect(ScheduleKnot("80:0.10")?.description == "80:0.1")
  }
}
