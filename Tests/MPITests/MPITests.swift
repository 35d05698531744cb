import TestSupport
import Testing

/// The MPI communicator, in jobs of their own.
@Suite(.serialized, .enabled(if: findProgram("mpirun") != nil, "mpirun is not in the PATH"))
struct MPITests {
  @Test(arguments: [1, 2, 3, 5, 8])
  func ranksKeepTheContract(ranks: Int) throws {
    let job = try spawn("rank-checks", ranks: ranks)
    #expect(job.status == 0, "\(job.stderr)")
    let lines = job.stdout.split(separator: "\n")
    for rank in 0..<ranks {
      let own = lines.filter { $0.hasPrefix("rank \(rank) of \(ranks) on ") }
      #expect(own.count == 1 && own.allSatisfy { $0.contains("contract kept") })
    }
  }

  @Test func withoutALauncherThereIsOneRank() throws {
    let job = try spawn("rank-checks")
    #expect(job.status == 0, "\(job.stderr)")
    #expect(job.stdout.hasPrefix("rank 0 of 1 on "))
  }

  @Test(arguments: ["fail", "fail-in-part"])
  func aRankThatFailsEndsTheJob(mode: String) throws {
    let clock = ContinuousClock()
    let start = clock.now
    let job = try spawn("rank-checks", [mode], ranks: 3, seconds: 60)
    #expect(job.status == 69)
    #expect(!job.timedOut && clock.now - start < .seconds(20))
    let sentences = job.stderr.split(separator: "\n").filter { $0.contains("thrown on purpose") }
    #expect(sentences.count == 1)
    #expect(sentences.allSatisfy { $0.hasPrefix("rank 1 of 3 on ") })
  }

  @Test func aWorldOfOneInALaunchOfSeveralIsRefused() throws {
    let step = ["SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "4"]
    let job = try spawn("rank-checks", environment: step, seconds: 60)
    #expect(job.status == 69)
    #expect(job.stderr.contains("srun started 4 tasks, but each of them is alone"))
  }

  @Test(arguments: [nil, 2])
  func aProgramThatDoesNotEndIsKilled(ranks: Int?) throws {
    let job = try spawn("rank-checks", ["chatter"], ranks: ranks, seconds: 2)
    #expect(job.timedOut && job.status != 0)
    #expect(job.stdout.utf8.count == 300_000 * (ranks ?? 1))
    #expect(job.stderr.utf8.filter { $0 == UInt8(ascii: "x") }.count >= 300_000 * (ranks ?? 1))
  }
}
