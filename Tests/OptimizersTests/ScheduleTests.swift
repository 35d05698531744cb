import Foundation
import Optimizers
import Testing

/// η as a function of the step.
struct ScheduleTests {
  @Test func fixedIsOne() {
    let schedule = Schedule(shape: .fixed, steps: 100, warmupSteps: 0)
    #expect((0..<200).allSatisfy { schedule.multiplier(at: $0) == 1 })
  }

  @Test(arguments: [1, 2, 3, 10, 391, 39100])
  func cosineFollowsItsFormula(steps: Int) {
    let schedule = Schedule(shape: .cosine, steps: steps, warmupSteps: 0)
    #expect(schedule.multiplier(at: 0) == 1)
    // The end of the horizon is never taken, but it is zero.
    #expect(schedule.multiplier(at: steps) == 0)
    if steps % 2 == 0 { #expect(schedule.multiplier(at: steps / 2) == 0.5) }
    for step in stride(from: 0, through: steps, by: max(1, steps / 97)) {
      let expected = 0.5 * (1 + cos(Double.pi * Double(step) / Double(steps)))
      #expect(abs(schedule.multiplier(at: step) - expected) < 1e-15, "step \(step) of \(steps)")
    }
  }

  @Test func cosineFalls() {
    let schedule = Schedule(shape: .cosine, steps: 1000, warmupSteps: 0)
    let values = (0...1000).map { schedule.multiplier(at: $0) }
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 > $1 })
  }

  @Test(arguments: Schedule.Shape.allCases)
  func warmupRisesLinearlyAndLeavesTheHorizonAlone(shape: Schedule.Shape) {
    let plain = Schedule(shape: shape, steps: 100, warmupSteps: 0)
    let warm = Schedule(shape: shape, steps: 100, warmupSteps: 10)
    for step in 0..<10 {
      let expected = plain.multiplier(at: step) * Double(step + 1) / 10
      #expect(abs(warm.multiplier(at: step) - expected) < 1e-15)
    }
    #expect((10...100).allSatisfy { warm.multiplier(at: $0) == plain.multiplier(at: $0) })
  }

  @Test func aStepDependsOnNothingBefore() {
    let schedule = Schedule(shape: .cosine, steps: 50, warmupSteps: 5)
    let forwards = (0..<50).map { schedule.multiplier(at: $0) }
    let backwards = (0..<50).reversed().map { schedule.multiplier(at: $0) }
    #expect(forwards == backwards.reversed())
  }

  @Test func namesAreThoseOfTheFlag() {
    #expect(Schedule.Shape.allCases.map(\.rawValue) == ["fixed", "cosine"])
  }
}
