import Datasets
import Plans
import Runs
import Testing
import Training

/// What is due after which step, as a table.
struct RunCalendarTests {
  /// A plan over 100 images in batches of 20, so five steps an epoch.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var epochs = 3
    var steps: Int?
    var logEvery = 4
    var evalEvery = 1
    var restartEpochs: Int?
    /// The steps after which each is due; snapshots with their epoch.
    var intervalRows: [Int]
    var epochRows: [Int]
    var evaluations: [Int]
    var snapshots: [Int: Int] = [:]

    var testDescription: String { name }

    func calendar() throws -> RunCalendar {
      var plan = TrainingPlan()
      (plan.model, plan.batchSize, plan.epochs, plan.steps) = ("smallcnn", 20, epochs, steps)
      (plan.logEvery, plan.evalEvery) = (logEvery, evalEvery)
      if let restartEpochs {
        (plan.schedule, plan.restartEpochs) = (.warmRestarts, restartEpochs)
      }
      return RunCalendar(plan, try Horizon(plan, samples: 100))
    }
  }

  static let cases = [
    Case(
      name: "every epoch",
      intervalRows: [4, 8, 12, 15],
      epochRows: [5, 10, 15],
      evaluations: [5, 10, 15]
    ),
    Case(
      name: "every other epoch and at the end",
      evalEvery: 2,
      intervalRows: [4, 8, 12, 15],
      epochRows: [5, 10, 15],
      evaluations: [10, 15]
    ),
    Case(
      name: "only at the end, inside an epoch",
      steps: 7,
      evalEvery: 0,
      intervalRows: [4, 7],
      epochRows: [5],
      evaluations: [7]
    ),
    Case(
      name: "at the ends of restart periods of 1 and 2 epochs",
      evalEvery: 0,
      restartEpochs: 1,
      intervalRows: [4, 8, 12, 15],
      epochRows: [5, 10, 15],
      evaluations: [5, 15],
      snapshots: [5: 1, 15: 3]
    ),
    Case(
      name: "a period's end that is not reached",
      steps: 12,
      evalEvery: 0,
      restartEpochs: 1,
      intervalRows: [4, 8, 12],
      epochRows: [5, 10],
      evaluations: [5, 12],
      snapshots: [5: 1]
    ),
    Case(
      name: "every other epoch, ending with one",
      steps: 10,
      evalEvery: 2,
      intervalRows: [4, 8, 10],
      epochRows: [5, 10],
      evaluations: [10]
    ),
    Case(
      name: "every epoch and at the ends of periods",
      restartEpochs: 1,
      intervalRows: [4, 8, 12, 15],
      epochRows: [5, 10, 15],
      evaluations: [5, 10, 15],
      snapshots: [5: 1, 15: 3]
    ),
    Case(name: "no steps", steps: 0, intervalRows: [], epochRows: [], evaluations: [0]),
  ]

  @Test(arguments: cases)
  func saysWhatIsDue(_ wanted: Case) throws {
    let calendar = try wanted.calendar()
    for step in 0...(wanted.steps ?? 15) {
      let due = calendar.due(after: step)
      #expect(due.intervalRow == wanted.intervalRows.contains(step), "row after \(step)")
      #expect(due.epochRow == wanted.epochRows.contains(step), "epoch row after \(step)")
      #expect(due.evaluation == wanted.evaluations.contains(step), "evaluation after \(step)")
      #expect(due.snapshot == wanted.snapshots[step], "snapshot after \(step)")
      let rest = wanted.evaluations.count { $0 >= step }
      #expect(calendar.evaluations(from: step) == rest, "evaluations from \(step)")
    }
    #expect(calendar.evaluations(from: 16) == 0)
  }

  @Test func epochsCountFromTheFirstStep() throws {
    let calendar = try Self.cases[0].calendar()
    #expect([0, 1, 5, 6, 10, 15].map(calendar.epochsBegun) == [0, 1, 1, 2, 2, 3])
  }

  @Test func theBestIsKeptWhereItIsWanted() throws {
    var plan = TrainingPlan()
    (plan.batchSize, plan.epochs) = (20, 3)
    let horizon = try Horizon(plan, samples: 100)
    let without = RunCalendar(plan, horizon)
    plan.saveBest = true
    let with = RunCalendar(plan, horizon)
    #expect([true, false].map(with.keeps(best:)) == [true, false])
    #expect([true, false].map(without.keeps(best:)) == [false, false])
  }

  /// Evaluations with 3, 2, 2, 4, 1, 1, 1 right answers at the ends of seven epochs of five steps.
  @Test func patienceEndsARunBeforeItsLastStep() throws {
    var plan = TrainingPlan()
    (plan.batchSize, plan.epochs, plan.earlyStop) = (20, 7, 2)
    func stops(_ plan: TrainingPlan) throws -> [Int] {
      let calendar = RunCalendar(plan, try Horizon(plan, samples: 100))
      var progress = RunProgress()
      return [3, 2, 2, 4, 1, 1, 1].enumerated().compactMap { number, right in
        progress.step = 5 * (number + 1)
        let result = EvaluationResult(loss: 1, correct: right, correct5: nil, count: 10)
        let evaluations = EvaluationPair(weights: result)
        _ = progress.course.take(evaluations, on: .val, step: progress.step, epoch: 1)
        let end = calendar.end(of: progress)
        let isLast = progress.step >= plan.steps ?? 35
        #expect((end == .lastStep) == isLast)
        // Between evaluations nothing is decided.
        progress.step += 1
        #expect(isLast || calendar.end(of: progress) == nil)
        return end == .noBetter ? progress.step - 1 : nil
      }
    }
    #expect(try stops(plan) == [15, 30])
    plan.steps = 30
    #expect(try stops(plan) == [15])
    plan.earlyStop = nil
    #expect(try stops(plan) == [])
  }
}
