import Collectives
import DataParallel
import Foundation
import Plans
import Runs
import Synchronization
import TestSupport
import Testing
import Training

/// A run that is asked to stop ends on all ranks after the step in which one of them knew.
@Suite(.serialized)
struct StopTests {
  /// What a run came to, and what stands in its folder.
  private struct Stopped {
    let summaries: [RunSummary]
    let status: [String: Any]
    let files: [String]
    let warnings: [String]
  }

  /// Runs six steps; each rank is asked in every step what it has to say, with its number and the
  /// step's, and the run's folder.
  private func run(
    ranks: Int,
    minutes: Double? = nil,
    begun: @escaping @Sendable (_ rank: Int) -> Duration = { _ in .zero },
    stale: Bool = false,
    _ asked: @escaping @Sendable (_ rank: Int, _ step: Int, _ folder: String) -> StepFlags
  ) throws -> Stopped {
    let (data, place) = (try cifarFolder(), try TemporaryFolder())
    let path = place.path(of: "run")
    if stale {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try place.write([], to: "run/stop")
    }
    var plan = runPlan(data: data.path, output: path)
    plan.maxMinutes = minutes
    let fixed = plan
    let all = try ThreadWorld.run(ranks: ranks) { c -> (RunSummary, [String]) in
      let (rank, listener) = (c.rank, Listener())
      let step = Atomic(0)
      let stop = StopRequest(begun: .now - begun(rank)) {
        asked(rank, step.add(1, ordering: .relaxed).newValue, path)
      }
      return (try execute(fixed, on: c, stop: stop, console: listener), listener.warnings)
    }
    return Stopped(
      summaries: all.map(\.0),
      status: try json("\(path)/status.json"),
      files: try FileManager.default.contentsOfDirectory(atPath: path),
      warnings: all[0].1
    )
  }

  /// All ranks say that the run stopped so, and the folder does.
  private func expect(_ seen: Stopped, _ steps: Int, _ why: String) {
    let message = "stopped after step \(steps) of 6 (\(why))"
    for summary in seen.summaries {
      #expect(summary.state == .stopped && summary.steps == steps && summary.message == message)
      #expect(summary.testLoss == nil || steps >= 3)
    }
    #expect(seen.status["state"] as? String == "stopped" && seen.status["step"] as? Int == steps)
    #expect(seen.status["message"] as? String == message && seen.status["ended"] != nil)
    #expect(!seen.files.contains("model.safetensors") && !seen.files.contains("stop"))
  }

  @Test(
    arguments: [
      (.terminate, "SIGTERM"), (.interrupt, "SIGINT"), (.hangUp, "SIGHUP"), (.user1, "SIGUSR1"),
      (.user2, "SIGUSR2"),
    ] as [(StopCause, String)]
  )
  func oneRankKnows(cause: StopCause, name: String) throws {
    for (ranks, knowing, step) in [(1, 0, 1), (3, 2, 4), (2, 1, 3)] {
      let seen = try run(ranks: ranks) { rank, asked, _ in
        rank == knowing && asked >= step ? cause.flags : []
      }
      expect(seen, step, name)
    }
  }

  /// Ranks of a job get the same signal at different times, and some another one.
  @Test func theFirstOfSeveralCausesIsNamed() throws {
    let seen = try run(ranks: 3) { rank, asked, _ in
      asked < 2
        ? [] : rank == 0 ? [] : rank == 1 ? StopCause.user1.flags : StopCause.terminate.flags
    }
    expect(seen, 2, "SIGTERM")
  }

  @Test(arguments: [1, 3])
  func theLastStepEndsTheRunAsDone(ranks: Int) throws {
    let seen = try run(ranks: ranks) { _, asked, _ in asked == 6 ? StopCause.terminate.flags : [] }
    for summary in seen.summaries {
      #expect(summary.state == .done && summary.steps == 6 && summary.message == nil)
    }
    #expect(seen.status["state"] as? String == "done" && seen.status["message"] == nil)
    #expect(seen.files.contains("model.safetensors"))
  }

  /// Rank 0's clock counts, and the start of the program.
  @Test func theTimeIsUp() throws {
    let seen = try run(ranks: 3, minutes: 30, begun: { $0 == 0 ? .seconds(1800) : .zero }) {
      _,
      _,
      _ in []
    }
    expect(seen, 1, "--max-minutes 30")
    let others = try run(ranks: 3, minutes: 30, begun: { $0 == 0 ? .zero : .seconds(1800) }) {
      _,
      _,
      _ in []
    }
    #expect(others.summaries.allSatisfy { $0.state == .done })
  }

  @Test(arguments: [1, 3])
  func aFileStopsTheRunAndGoes(ranks: Int) throws {
    // Rank 0 looks in the first step, and then once a second.
    let seen = try run(ranks: ranks) { rank, _, folder in
      if rank == 0 { close(creat("\(folder)/stop", 0o666)) }
      return []
    }
    expect(seen, 1, "the file stop")
    #expect(seen.warnings == [])
  }

  /// One that was there before the start meant another run.
  @Test(arguments: [1, 2])
  func aFileFromBeforeIsRemovedWithAWarning(ranks: Int) throws {
    let seen = try run(ranks: ranks, stale: true) { _, _, _ in [] }
    #expect(seen.summaries.allSatisfy { $0.state == .done } && !seen.files.contains("stop"))
    #expect(seen.warnings.count == 1)
    #expect(
      seen.warnings.first?.hasSuffix("run/stop was there before this start, and is removed.")
        == true
    )
  }

  /// A folder of that name asks for nothing, and stays.
  @Test func aFolderIsNoFile() throws {
    let seen = try run(ranks: 2) { rank, asked, folder in
      if rank == 0 && asked == 1 { mkdir("\(folder)/stop", 0o777) }
      return []
    }
    #expect(seen.summaries.allSatisfy { $0.state == .done } && seen.files.contains("stop"))
    #expect(seen.warnings.isEmpty)
  }

  /// A file that comes too late to stop anything does not stop the next start.
  @Test func aFileInTheLastStepGoesToo() throws {
    let seen = try run(ranks: 2) { rank, asked, folder in
      if rank == 0 && asked == 6 {
        close(creat("\(folder)/stop", 0o666))
      }
      return []
    }
    #expect(seen.summaries.allSatisfy { $0.state == .done } && !seen.files.contains("stop"))
  }
}
