import Collectives
import DataParallel
import Datasets
import Foundation
import Optimizers
import Plans
import Runs
import Synchronization
import TestSupport
import Testing
import Training

/// A run that is stopped and goes on from its checkpoints, on other numbers of ranks, ends with the
/// files of one that nobody stopped.
@Suite(.serialized)
struct CheckpointResumeTests {
  /// Rules with all they remember, and everything else of a plan that a run's future hangs on.
  typealias Change = @Sendable (inout TrainingPlan) -> Void

  static let plans: [(name: String, change: Change)] = rules + others

  private static let rules: [(name: String, change: Change)] = UpdateRuleCatalog.rows.map { row in
    let name = row.name
    let change: Change = { $0.rule = name }
    return (name, change)
  }

  private static let others: [(name: String, change: Change)] =
    [
      ("amsgrad", { $0.amsgrad = true }),
      ("centered", { ($0.rule, $0.centered) = ("rmsprop", true) }),
      ("average and best", { ($0.averageDecay, $0.saveBest, $0.logEvery) = (0.5, true, 4) }),
      ("average, whole state", { ($0.averageDecay, $0.zero) = (0.5, 0) }),
      (
        "restarts",
        { ($0.schedule, $0.restartEpochs, $0.restartFactor) = (.warmRestarts, 1, 1) }
      ),
      (
        "restarts that reset",
        {
          ($0.schedule, $0.restartEpochs, $0.restartFactor) = (.warmRestarts, 1, 1)
          $0.restartMomentum = .reset
        }
      ),
      (
        "accumulation",
        { ($0.accumulate, $0.batchNorm, $0.allowSmallBatchNorm) = (2, .lane, true) }
      ),
      ("clipping and L2", { ($0.clipNorm, $0.l2) = (0.1, 1e-3) }),
      ("held out", { ($0.valFraction, $0.saveBest, $0.cutout) = (0.3, true, 8) }),
      ("early stop", { ($0.earlyStop, $0.learningRate) = (1, 1e-9) }),
      ("Shake-Shake", { $0.model = "shake26-2x16d" }),
      ("short batches", { $0.batchSize = 25 }),
      ("mixed batches", { ($0.augment, $0.batchSize) = (everyAugmentation, 25) }),
      ("mean image", { ($0.augment, $0.normalize) = (mixup, .meanImage) }),
    ]

  private static func plan(_ number: Int, _ data: String, _ output: String) -> TrainingPlan {
    var plan = runPlan(data: data, output: output)
    (plan.epochs, plan.checkpointMinutes) = (2, 0)
    // The run writes none but when it stops.
    plan.checkpointEvery = 0
    plans[number].change(&plan)
    return plan
  }

  /// A session that is stopped after `steps` further steps by one of its ranks, or goes to the end.
  private func session(
    _ plan: TrainingPlan,
    ranks: Int,
    after steps: Int = .max
  ) throws -> RunSummary {
    let request = ResumeRequest(folder: plan.output ?? "", step: nil, mayBegin: true)
    return try ThreadWorld.run(ranks: ranks) { c in
      let step = Atomic(0)
      let (rank, size) = (c.rank, c.size)
      let stop = StopRequest {
        let now = step.add(1, ordering: .relaxed).newValue
        return rank == now % size && now == steps ? StopCause.user1.flags : []
      }
      return try execute(plan, on: c, stop: stop, resume: request)
    }[0]
  }

  /// The files of a folder that must be the same, with the rows of metrics as far as no time is in
  /// them.
  private func files(_ folder: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in ["model", "model-ema", "best"].map({ "\($0).safetensors" })
      + ["snapshots/epoch-0001.safetensors", "snapshots/epoch-0002.safetensors"]
    {
      files[name] = FileManager.default.contents(atPath: "\(folder)/\(name)")
    }
    let rows = try MetricsFile.rows(ofRun: folder).map { row in
      var row = row
      (row.seconds, row.imagesPerSecond, row.skew) = (0, nil, nil)
      return "\(row)"
    }
    files["rows"] = Data(rows.joined(separator: "\n").utf8)
    let csv = try String(contentsOfFile: "\(folder)/metrics.csv", encoding: .utf8)
    files["lines"] = Data("\(csv.split(separator: "\n").count)".utf8)
    return files
  }

  private func expect(_ folder: String, _ straight: [String: Data], _ name: String) throws {
    let files = try files(folder)
    for key in Set(files.keys).union(straight.keys) {
      #expect(files[key] == straight[key], "\(name): \(key)")
    }
  }

  @Test(arguments: plans.indices)
  func stoppedAfterEveryStep(_ number: Int) throws {
    let (data, place) = (try cifarFolder(), try TemporaryFolder())
    let name = Self.plans[number].name
    let straight = place.path(of: "straight")
    let whole = try session(Self.plan(number, data.path, straight), ranks: 1)
    #expect(whole.state == .done)
    let expected = try files(straight)
    let plan = Self.plan(number, data.path, place.path(of: "stopped"))
    var summary: RunSummary?
    // Each on its own, in the middle of an epoch and at its end.
    for ranks in [3, 1, 8, 2, 5, 4, 1] where summary?.state != .done {
      summary = try session(plan, ranks: ranks, after: 1)
    }
    #expect(summary?.state == .done, "\(name)")
    try expect(place.path(of: "stopped"), expected, name)
    #expect(summary?.digest == whole.digest && summary?.steps == whole.steps)
  }

  @Test(arguments: [1, 2, 3, 4, 5])
  func stoppedOnce(after step: Int) throws {
    let (data, place) = (try cifarFolder(), try TemporaryFolder())
    let number = try #require(Self.plans.firstIndex { $0.name == "average and best" })
    _ = try session(Self.plan(number, data.path, place.path(of: "straight")), ranks: 2)
    let plan = Self.plan(number, data.path, place.path(of: "stopped"))
    #expect(try session(plan, ranks: step, after: step).state == .stopped)
    #expect(try session(plan, ranks: 6 - step).state == .done)
    try expect(place.path(of: "stopped"), try files(place.path(of: "straight")), "\(step)")
  }

  /// What nobody stopped but the machine: the run goes on from its last checkpoint, and what came
  /// after it is done again.
  @Test(arguments: [1, 3], [(every: 2, last: 4), (every: 1, last: 5)])
  func goesBackToTheLastCheckpoint(ranks: Int, _ saved: (every: Int, last: Int)) throws {
    let (data, place) = (try cifarFolder(), try TemporaryFolder())
    let number = try #require(Self.plans.firstIndex { $0.name == "average and best" })
    _ = try session(Self.plan(number, data.path, place.path(of: "straight")), ranks: 1)
    var plan = Self.plan(number, data.path, place.path(of: "killed"))
    (plan.checkpointEvery, plan.keepCheckpoints) = (saved.every, 9)
    _ = try session(plan, ranks: ranks)
    // As if it had been killed before its end.
    let folder = place.path(of: "killed")
    for name in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/checkpoints")
    where (CheckpointFolder.step(of: name) ?? 0) > saved.last {
      try FileManager.default.removeItem(atPath: "\(folder)/checkpoints/\(name)")
    }
    for name in ["status.json", "model.safetensors", "best.safetensors", "model-ema.safetensors"] {
      try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
    #expect(try session(plan, ranks: 4 - ranks).state == .done)
    var expected = try files(place.path(of: "straight"))
    var files = try files(folder)
    // The best was before the checkpoint perhaps, and its file is gone.
    (expected["best.safetensors"], files["best.safetensors"]) = (nil, nil)
    #expect(files == expected)
  }
}
