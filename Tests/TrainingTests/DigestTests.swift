import Collectives
import Foundation
import Plans
import Runs
import Tensors
import Testing
import TestSupport
import Training

/// The digests of a run are the same wherever it takes place, and tell of every state that is due.
@Suite(.serialized)
struct DigestTests {
  private final class Listener: TrainingObserver {
    var rows: [DigestRow] = []

    func digested(_ row: DigestRow) { rows.append(row) }
  }

  /// What a rank was told, and what it came to.
  private struct Told: Sendable {
    let rows: [DigestRow]
    let progress: RunProgress
    let outcome: Trainer.Outcome
  }

  private func told(_ plan: TrainingPlan, _ placing: Placing = Placing()) throws -> [Told] {
    let source = smallSource(train: 110)
    var plan = plan
    plan.zero = placing.zero
    return try ThreadWorld.run(ranks: placing.ranks) { [plan] c in
      let (trainer, listener) = (
        try trainer(plan, try smallCNN(source), source, c, placing), Listener()
      )
      let outcome = try trainer.run(listener)
      return Told(rows: listener.rows, progress: trainer.progress, outcome: outcome)
    }
  }

  private static let plans: [@Sendable (inout TrainingPlan) -> Void] = [
    { plan in
      (plan.schedule, plan.restartEpochs, plan.restartMomentum) = (.warmRestarts, 1, .reset)
      plan.averageDecay = 0.9
    },
    { plan in
      (plan.accumulate, plan.batchNorm, plan.allowSmallBatchNorm) = (2, .lane, true)
      (plan.rule, plan.l2) = ("swats", 1e-3)
    },
    { plan in (plan.maximize, plan.learningRate, plan.clipNorm) = (true, 1e-5, 0.5) },
  ]

  @Test(arguments: plans.indices)
  func theyAreTheSameAnywhere(number: Int) throws {
    var plan = smallPlan(batch: 40, steps: 5)
    Self.plans[number](&plan)
    let alone = try told(plan)[0]
    #expect(alone.rows.map(\.step) == Array(0...5))
    #expect(Set(alone.rows.map(\.digest)).count == 6)
    #expect(alone.progress.chain?.value == alone.rows[5].chain)
    for placing in [
      Placing(threads: 2, bucketGranules: 3), Placing(ranks: 2, zero: 0),
      Placing(ranks: 3, threads: 2, bucketGranules: 7), Placing(ranks: 8, bucketGranules: 1),
    ] {
      for rank in try told(plan, placing) {
        #expect(
          rank.rows == alone.rows && rank.progress.chain == alone.progress.chain,
          "\(placing)"
        )
      }
    }
  }

  /// Beside those asked for the last one of a run that is done.
  @Test func asManyAsThePlanWants() throws {
    var plan = smallPlan(batch: 40, steps: 5)
    let all = try told(plan)[0].rows
    plan.digestEvery = 3
    let some = try told(plan, Placing(ranks: 3))[0].rows
    #expect(some.map(\.step) == [0, 3, 5])
    #expect(some.map(\.digest) == [0, 3, 5].map { all[$0].digest })
    plan.digestEvery = 0
    let none = try told(plan)[0]
    #expect(none.rows.isEmpty && none.progress.chain == nil)
  }

  /// The last state is that before the step that diverged.
  @Test(arguments: [1, 3])
  func aRunThatDivergesTellsOfItsLastState(ranks: Int) throws {
    var plan = smallPlan(batch: 40, steps: 6)
    plan.learningRate = 1e30
    for rank in try told(plan, Placing(ranks: ranks)) {
      #expect(rank.outcome == .diverged && rank.progress.step < 6)
      #expect(rank.rows.map(\.step) == Array(0...rank.progress.step))
    }
  }

  @Test func theRunFolderHasThem() throws {
    let data = try cifarFolder()
    let place = try TemporaryFolder()
    var files: [String] = []
    for ranks in [1, 3] {
      let path = place.path(of: "run\(ranks)")
      let summary = try execute(runPlan(data: data.path, output: path), ranks: ranks)[0]
      let rows = try DigestLog.rows(of: "\(path)/\(DigestLog.name)")
      #expect(rows.map(\.step) == Array(0...6))
      let chain = try #require(json("\(path)/status.json")["chain"] as? [String: Any])
      #expect(chain["step"] as? Int == 6)
      #expect(UInt64(chain["value"] as? String ?? "", radix: 16) == rows[6].chain)
      #expect(summary.chain?.value == rows[6].chain)
      files.append(try String(contentsOfFile: "\(path)/\(DigestLog.name)", encoding: .utf8))
    }
    #expect(files[0] == files[1])
    var plan = runPlan(data: data.path, output: place.path(of: "none"))
    plan.digestEvery = 0
    _ = try execute(plan, ranks: 1)
    #expect(!FileManager.default.fileExists(atPath: place.path(of: "none/\(DigestLog.name)")))
  }
}
