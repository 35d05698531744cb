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

  @Test func aFieldThatAnOlderProgramDidNotKnowIsAsByDefault() throws {
    let now = try CheckpointManifest.Facts.fields(plan())
    let before = now.filter { $0.key != "labels" }
    #expect(PlanChanges(from: before, to: now).deciding.isEmpty)
    let coarse = now.merging(["labels": "coarse"]) { $1 }
    #expect(PlanChanges(from: before, to: coarse).deciding.map(\.flag) == ["labels"])
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
    // Another plan is none that is over, whether there is something to do or not.
    for other in [plan { $0.epochs = 3 }, plan { $0.learningRate = 0.5 }] {
      let said = try ThreadWorld.run(ranks: 1) { c in
        try FinishedRun.sentence(request, other, in: try RunEnvironment(other, c))
      }
      #expect(said == [nil])
    }
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

  private static func savesAll(_ plan: inout TrainingPlan, average: Bool) {
    (plan.checkpointEvery, plan.keepCheckpoints, plan.saveBest) = (1, 9, true)
    (plan.schedule, plan.restartEpochs, plan.restartFactor) = (.warmRestarts, 1, 1)
    plan.averageDecay = average ? 0.5 : nil
  }

  /// Goes on from a checkpoint for one step, with another learning rate or the same; what it said.
  @discardableResult
  private func goBack(
    to step: Int,
    learningRate: Double? = 0.02,
    average: Bool
  ) throws -> [String] {
    let request = ResumeRequest(
      folder: path,
      step: step,
      mayBegin: false,
      allowedChanges: ["lr"]
    )
    let changed = plan {
      Self.savesAll(&$0, average: average)
      if let learningRate { $0.learningRate = learningRate }
    }
    return try ThreadWorld.run(ranks: 2) { c in
      let listener = Listener()
      let stop = StopRequest { StopCause.user1.flags }
      let summary = try execute(changed, on: c, stop: stop, console: listener, resume: request)
      #expect(summary.state == .stopped && summary.steps == step + 1)
      return listener.warnings
    }[0]
  }

  /// The best model, after three steps, of a run that stands at four, in whose folder there is what it
  /// would have left of six.
  private func runThatCameToSix(average: Bool) throws -> Data {
    try goOn(
      plan {
        Self.savesAll(&$0, average: average)
        $0.steps = 3
      }
    )
    let best = try Data(contentsOf: URL(filePath: "\(path)/best.safetensors"))
    try goBack(to: 3, learningRate: nil, average: average)
    for name in ["best.safetensors", Self.snapshots[1]] {
      try Data("later".utf8).write(to: URL(filePath: "\(path)/\(name)"))
    }
    let status = "\(path)/status.json"
    let text = try String(contentsOfFile: status, encoding: .utf8)
    try text.replacing("\"step\" : 3", with: "\"step\" : 6")
      .replacing("\"step\" : 4", with: "\"step\" : 6")
      .write(toFile: status, atomically: true, encoding: .utf8)
    try #require(self.status().best?.step == 6)
    return best
  }

  private func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(path)/\(name)")
  }

  private func status() throws -> RunStatus {
    try JSONFile.read(RunStatus.self, from: "\(path)/status.json")
  }

  private static let ends = ["model.safetensors", "model-ema.safetensors"]
  private static let snapshots = (1...2).map { SnapshotFile.name(epoch: $0) }

  @Test func modelsOfAnAbandonedWayGo() throws {
    _ = try runThatCameToSix(average: true)
    let names = Self.ends + Self.snapshots + ["best.safetensors"]
    for name in names { #expect(exists(name), "\(name)") }
    let warnings = try goBack(to: 1, average: true)
    for name in names { #expect(!exists(name), "\(name)") }
    #expect(!warnings.contains { $0.contains("best.safetensors") })
    let status = try status()
    #expect(status.best == nil && status.snapshots == nil && status.step == 2)
  }

  /// From the checkpoint of its step.
  @Test(arguments: [false, true], [true, false])
  func theBestBeforeComesBack(average: Bool, changes: Bool) throws {
    let before = try runThatCameToSix(average: average)
    for _ in 0..<2 {
      let warnings = try goBack(to: 4, learningRate: changes ? 0.02 : nil, average: average)
      #expect(!warnings.contains { $0.contains("best.safetensors") })
      #expect(try status().best?.step == 3 && status().best?.ofAverage == average)
      #expect(try Data(contentsOf: URL(filePath: "\(path)/best.safetensors")) == before)
      #expect(exists(Self.snapshots[0]) && !exists(Self.snapshots[1]))
      for name in Self.ends { #expect(!exists(name), "\(name)") }
    }
    // A killed run may have come further than its status says.
    try Data("later".utf8).write(to: URL(filePath: "\(path)/best.safetensors"))
    let file = "\(path)/status.json"
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try text.replacing("\"stopped\"", with: "\"running\"")
      .write(toFile: file, atomically: true, encoding: .utf8)
    try goBack(to: 4, average: average)
    #expect(try Data(contentsOf: URL(filePath: "\(path)/best.safetensors")) == before)
  }

  @Test func aBestThatNobodyHasIsForgotten() throws {
    _ = try runThatCameToSix(average: false)
    try CheckpointFolder(ofRun: path).remove(step: 3)
    let warnings = try goBack(to: 4, average: false)
    #expect(!exists("best.safetensors"))
    #expect(warnings.contains { $0.contains("best.safetensors is removed") })
    #expect(try status().best == nil)
  }

  /// What an end has left at the very step that the run goes on from is not lost; it is said to be
  /// none of the run as it is.
  @Test func theModelOfARunThatIsExtendedStays() throws {
    try goOn(plan())
    let request = ResumeRequest(
      folder: path,
      step: nil,
      mayBegin: false,
      allowedChanges: ["epochs"]
    )
    _ = try ThreadWorld.run(ranks: 2) { [longer = plan { $0.epochs = 3 }] c in
      let stop = StopRequest { StopCause.user1.flags }
      _ = try execute(longer, on: c, stop: stop, resume: request)
    }
    #expect(try status().step == 7 && exists("model.safetensors"))
  }
}
