import Collectives
import Foundation
import Kernels
import Plans
import Runs
import Tensors
import Testing
import TestSupport
import Training

/// Many runs in one environment, one after the other.
@Suite(.serialized)
struct RunEnvironmentTests {
  private func execute(
    _ plan: TrainingPlan,
    in environment: RunEnvironment
  ) throws -> RunSummary {
    try TrainingRun(
      plan,
      in: environment,
      launch: RunRecord.Launch(version: "test", mpi: "none", command: ["test"]),
      console: nil
    ).execute()
  }

  /// A run, one that diverges, one with a trace, and the first again: each as if it were alone.
  @Test(arguments: [1, 2])
  func runsDoNotKnowOfEachOther(ranks: Int) throws {
    let (data, place) = (try cifarFolder(train: 160), try TemporaryFolder())
    @Sendable func plan(_ name: String) -> TrainingPlan {
      runPlan(data: data.path, output: place.path(of: name))
    }
    var wild = plan("wild")
    wild.learningRate = 1e30
    var traced = plan("traced")
    (traced.rule, traced.profile) = ("sgdw", place.path(of: "trace.json"))
    let plans = [plan("first"), wild, traced, plan("again")]
    let seen = try ThreadWorld.run(ranks: ranks) { c in
      let environment = try RunEnvironment(plans[0], c)
      return try plans.map { try execute($0, in: environment) }
    }
    for summaries in seen {
      #expect(summaries.map(\.state) == [.done, .diverged, .done, .done])
      #expect(summaries[3].digest == summaries[0].digest)
      #expect(summaries[2].digest != summaries[0].digest)
    }
    let alone = try ThreadWorld.run(ranks: 1) { c in
      try execute(plan("alone"), in: try RunEnvironment(plans[0], c)).digest
    }
    #expect(seen[0][0].digest == alone[0])
    #expect(FileManager.default.fileExists(atPath: place.path(of: "trace.json")))
  }

  /// What a run shares with others it cannot have otherwise.
  @Test(arguments: [1, 2])
  func aPlanForAnotherEnvironmentIsRefused(ranks: Int) throws {
    let (data, place) = (try cifarFolder(train: 40, test: 20), try TemporaryFolder())
    let plan = runPlan(data: data.path, output: place.path(of: "run"))
    let changes: [@Sendable (inout TrainingPlan, _ rank: Int) -> Void] = [
      { plan, _ in plan.data = "synthetic" }, { plan, _ in plan.valFraction = 0.5 },
      { plan, _ in plan.threads = 2 }, { plan, _ in plan.kernels = .baseline },
      // What may be a rank's own is refused by all the same.
      { plan, rank in if rank == 0 { plan.threads = 2 } },
    ]
    for change in changes {
      let refusals = try failures(ranks: ranks) { c in
        let environment = try RunEnvironment(plan, c)
        var other = plan
        change(&other, c.rank)
        _ = try execute(other, in: environment)
      }
      for refusal in refusals {
        #expect(refusal?.kind == .usage && refusal?.message.contains("shares data") == true)
      }
    }
    #expect(!FileManager.default.fileExists(atPath: place.path(of: "run")))
  }
}
