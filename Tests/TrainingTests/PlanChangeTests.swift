import Collectives
import Foundation
import Plans
import Runs
import Tensors
import TestSupport
import Testing
import Training

/// Who goes on with a run goes on with that run: another plan, other images and damaged files are
/// said and refused.
@Suite(.serialized)
struct PlanChangeTests {
  private let data: TemporaryFolder
  private let place: TemporaryFolder

  init() throws { (data, place) = (try cifarFolder(), try TemporaryFolder()) }

  private var path: String { place.path(of: "run") }

  private func plan(_ change: (inout TrainingPlan) -> Void = { _ in }) -> TrainingPlan {
    var plan = runPlan(data: data.path, output: path)
    (plan.checkpointEvery, plan.keepCheckpoints) = (2, 5)
    change(&plan)
    return plan
  }

  @discardableResult
  private func goOn(
    _ plan: TrainingPlan,
    ranks: Int = 2,
    step: Int? = nil,
    allowing allowed: Set<String> = []
  ) throws -> (summary: RunSummary, warnings: [String]) {
    let request = ResumeRequest(
      folder: path,
      step: step,
      mayBegin: true,
      allowedChanges: allowed
    )
    let all = try ThreadWorld.run(ranks: ranks) { c -> (RunSummary, [String]) in
      let listener = Listener()
      return (try execute(plan, on: c, console: listener, resume: request), listener.warnings)
    }
    return (all[0].0, all[0].1)
  }

  private func refusal(_ body: () throws -> Void) -> Failure? {
    do {
      try body()
      return nil
    } catch {
      return error as? Failure
    }
  }

  @Test func anotherPlanIsRefusedAndNamed() throws {
    try goOn(plan { $0.steps = 3 })
    let found = refusal { try goOn(plan { ($0.learningRate, $0.seed) = (0.5, 7) }) }
    #expect(found?.kind == .usage)
    for part in ["--lr 0.001 (now 0.5)", "--seed 1 (now 7)", "--allow-plan-change lr"] {
      #expect(found?.message.contains(part) == true, "\(found?.message ?? "")")
    }
    // One of two is not enough, and another network never is.
    let half = refusal {
      try goOn(plan { ($0.learningRate, $0.seed) = (0.5, 7) }, allowing: ["lr"])
    }
    #expect(half?.message.contains("--seed 1 (now 7)") == true)
    #expect(half?.message.contains("--lr") == false)
    let network = refusal { try goOn(plan { $0.model = "resnet20" }, allowing: ["model"]) }
    #expect(network?.message.contains("--model smallcnn (now resnet20)") == true)
    // What decides no bit may be another.
    let (summary, warnings) = try goOn(plan { ($0.logEvery, $0.zero) = (1, 0) })
    #expect(summary.state == .done && summary.steps == 6 && warnings.isEmpty)
  }

  @Test func moreEpochsAreSaidWithWhatTheyDo() throws {
    try goOn(plan())
    #expect(refusal { try goOn(plan { $0.epochs = 3 }) }?.kind == .usage)
    let (summary, warnings) = try goOn(plan { $0.epochs = 3 }, allowing: ["epochs"])
    #expect(summary.state == .done && summary.steps == 9)
    let said = warnings.joined(separator: " ")
    for part in ["--epochs 2 (now 3)", "of 6 steps it takes 9", "η after step 6 is", "λ is"] {
      #expect(said.contains(part), "\(said)")
    }
  }

  @Test func otherImagesAreRefusedAndAnotherPathToTheSameIsNot() throws {
    try goOn(plan { $0.steps = 3 })
    let other = try cifarFolder(train: 59)
    let found = refusal { try goOn(plan { $0.data = other.path }) }
    #expect(found?.kind == .data)
    #expect(found?.message.contains("its training images are others") == true)
    let same = try cifarFolder()
    #expect(try goOn(plan { $0.data = same.path }).summary.steps == 6)
  }

  @Test func aDamagedNewestIsPassedOver() throws {
    try goOn(plan { $0.steps = 5 })
    let expected = try goOn(plan(), ranks: 1).summary.digest
    try FileManager.default.removeItem(atPath: path)
    try goOn(plan { $0.steps = 5 })
    let part = "\(path)/checkpoints/step-00000005/part-00000.safetensors"
    var bytes = try #require(FileManager.default.contents(atPath: part))
    bytes[bytes.count - 7] ^= 4
    try bytes.write(to: URL(filePath: part))
    let (summary, warnings) = try goOn(plan(), ranks: 3)
    #expect(summary.steps == 6 && summary.state == .done)
    #expect(warnings.contains { $0.contains("step 5 is passed over") && $0.contains(part) })
    // Only its own evaluation after step 5, which the longer run does not have, was cut away.
    #expect(summary.digest == expected)
    // Asked for, it is refused.
    let found = refusal { try goOn(plan(), step: 3) }
    #expect(found?.kind == .data)
  }

  @Test func aRunIsContinuedFromAnOlderCheckpoint() throws {
    try goOn(plan { $0.steps = 5 })
    let (summary, _) = try goOn(plan(), step: 2)
    #expect(summary.steps == 6)
    let steps = try CheckpointFolder(ofRun: path).complete()
    #expect(steps == [2, 4, 6])
  }

  @Test func aFolderWithoutACheckpointBeginsAnewAndSaysSo() throws {
    try goOn(plan { $0.steps = 3 })
    try FileManager.default.removeItem(atPath: "\(path)/checkpoints")
    // A model would be lost.
    #expect(refusal { try goOn(plan()) }?.kind == .data)
    try FileManager.default.removeItem(atPath: "\(path)/status.json")
    let (summary, warnings) = try goOn(plan())
    #expect(summary.steps == 6)
    #expect(warnings.contains { $0.contains("begins anew") })
    let record = try json("\(path)/run.json")
    #expect((record["sessions"] as? [Any])?.count == 1)
  }

  @Test func aRunThatIsOverIsLeftAlone() throws {
    try goOn(plan())
    let before = try FileManager.default.contentsOfDirectory(atPath: path)
    let request = ResumeRequest(folder: path, step: nil, mayBegin: true)
    for ranks in [1, 3] {
      let said = try ThreadWorld.run(ranks: ranks) { [plan = plan()] c in
        try FinishedRun.sentence(request, plan, in: try RunEnvironment(plan, c))
      }
      #expect(said.allSatisfy { $0?.contains("is over: 6 steps") == true })
    }
    let longer = plan { $0.epochs = 3 }
    let said = try ThreadWorld.run(ranks: 1) { c in
      try FinishedRun.sentence(request, longer, in: try RunEnvironment(longer, c))
    }
    #expect(said == [nil])
    #expect(try FileManager.default.contentsOfDirectory(atPath: path) == before)
  }

  @Test func sessionsAreListed() throws {
    try goOn(plan { $0.steps = 3 }, ranks: 2)
    try goOn(plan(), ranks: 3)
    let record = try json("\(path)/run.json")
    let sessions = record["sessions"] as? [[String: Any]] ?? []
    #expect(sessions.map { $0["from_step"] as? Int } == [0, 3])
    #expect(sessions.map { $0["to_step"] as? Int } == [3, 6])
    #expect(sessions.map { $0["ranks"] as? Int } == [2, 3])
    #expect(sessions.allSatisfy { $0["end"] as? String == "done" })
  }

  @Test func sessionsSayWhatChanged() throws {
    try goOn(plan { $0.steps = 2 })
    try goOn(plan { ($0.steps, $0.learningRate) = (4, 0.01) }, allowing: ["lr"])
    try goOn(plan { $0.learningRate = 0.01 })
    let sessions = RunRecord.sessions(in: path)
    #expect(sessions.map(\.fromStep) == [0, 2, 4])
    #expect(sessions[0].planChanges == nil && sessions[2].planChanges == nil)
    #expect(sessions[1].planChanges?.map(\.text) == ["--lr 0.001 (now 0.01)"])
  }

  /// What a run has saved on a way that it leaves.
  private func abandonedRun(average: Bool) throws -> (Int, (inout TrainingPlan) -> Void) -> [String]
  {
    func whole(_ plan: inout TrainingPlan) {
      (plan.checkpointEvery, plan.keepCheckpoints, plan.saveBest) = (1, 9, true)
      (plan.schedule, plan.restartEpochs, plan.restartFactor) = (.warmRestarts, 1, 1)
      (plan.learningRate, plan.averageDecay) = (0.01, average ? 0.5 : nil)
    }
    try goOn(plan { whole(&$0) })
    return { step, change in
      do {
        let request = ResumeRequest(
          folder: path,
          step: step,
          mayBegin: false,
          allowedChanges: ["lr"]
        )
        let changed = plan {
          whole(&$0)
          change(&$0)
        }
        return try ThreadWorld.run(ranks: 2) { c in
          let listener = Listener()
          let stop = StopRequest { StopCause.user1.flags }
          let summary = try execute(changed, on: c, stop: stop, console: listener, resume: request)
          #expect(summary.state == .stopped && summary.steps == step + 1)
          return listener.warnings
        }[0]
      } catch {
        Issue.record(error)
        return []
      }
    }
  }

  private func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(path)/\(name)")
  }

  private static let models = ["model", "model-ema", "best"].map { "\($0).safetensors" }
  private static let snapshots = (1...2).map { SnapshotFile.name(epoch: $0) }

  @Test func modelsOfAnAbandonedWayGo() throws {
    let goBack = try abandonedRun(average: true)
    for name in Self.models + Self.snapshots { #expect(exists(name), "\(name)") }
    let warnings = goBack(1) { $0.learningRate = 0.02 }
    for name in Self.models + Self.snapshots { #expect(!exists(name), "\(name)") }
    #expect(!warnings.contains { $0.contains("best.safetensors") })
    let status = try JSONFile.read(RunStatus.self, from: "\(path)/status.json")
    #expect(status.best == nil && status.snapshots == nil && status.step == 2)
  }

  /// That of the checkpoint, which another checkpoint has.
  @Test(arguments: [false, true])
  func theBestBeforeComesBack(isAverage: Bool) throws {
    let goBack = try abandonedRun(average: isAverage)
    let file = URL(filePath: "\(path)/best.safetensors")
    let later = try Data(contentsOf: file)
    let snapshot = try Data(contentsOf: URL(filePath: "\(path)/\(Self.snapshots[0])"))
    let status = try JSONFile.read(RunStatus.self, from: "\(path)/status.json")
    try #require(status.best?.step == 6)
    _ = goBack(4) { $0.learningRate = 0.02 }
    let now = try JSONFile.read(RunStatus.self, from: "\(path)/status.json")
    #expect(now.best?.step == 3 && now.best?.ofAverage == isAverage)
    let best = try Data(contentsOf: file)
    #expect(best != later)
    // Of the weights it is the snapshot after the same epoch.
    #expect((best == snapshot) == !isAverage)
    #expect(exists(Self.snapshots[0]) && !exists(Self.snapshots[1]))
    // Once more, from what stands there: as it is.
    _ = goBack(4) { $0.learningRate = 0.02 }
    #expect(try Data(contentsOf: file) == best)
    // The run that got no further has the same.
    try FileManager.default.removeItem(atPath: path)
    _ = try abandonedRun(average: isAverage)
    for step in 4...6 {
      try FileManager.default.removeItem(atPath: CheckpointFolder(ofRun: path).path(step: step))
    }
    _ = goBack(3) { _ in }
    #expect(try Data(contentsOf: file) == best)
  }

  @Test func aBestThatNobodyHasIsForgotten() throws {
    let goBack = try abandonedRun(average: false)
    let status = try JSONFile.read(RunStatus.self, from: "\(path)/status.json")
    try #require(status.best?.step == 6)
    try CheckpointFolder(ofRun: path).remove(step: 3)
    let warnings = goBack(4) { $0.learningRate = 0.02 }
    #expect(!exists("best.safetensors"))
    #expect(warnings.contains { $0.contains("best.safetensors is removed") })
    let now = try JSONFile.read(RunStatus.self, from: "\(path)/status.json")
    #expect(now.best == nil)
  }
}
