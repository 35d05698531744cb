import Foundation
import Plans
import Runs
import Tensors
import Testing
import TestSupport

/// The weights at the end of every restart period are evaluated and kept.
@Suite(.serialized)
struct SnapshotTests {
  /// Periods of one, two and four epochs, the last cut short after two.
  private func plan(data: String, output: String) -> TrainingPlan {
    var plan = runPlan(data: data, output: output)
    (plan.schedule, plan.restartEpochs, plan.epochs, plan.evalEvery) = (.warmRestarts, 1, 5, 0)
    return plan
  }

  @Test func endsOfPeriodsAreKeptOnlyWithRestarts() throws {
    func epochs(_ change: (inout TrainingPlan) -> Void) throws -> [Int] {
      var plan = TrainingPlan()
      plan.epochs = 10
      change(&plan)
      return try Horizon(plan, samples: 1000).snapshotEpochs
    }
    #expect(try epochs { $0.schedule = .cosine } == [])
    #expect(try epochs { ($0.schedule, $0.restartEpochs) = (.warmRestarts, 2) } == [2, 6])
    #expect(try epochs { ($0.schedule, $0.restartEpochs) = (.warmRestarts, 10) } == [10])
    #expect(try epochs { ($0.schedule, $0.restartEpochs) = (.warmRestarts, 11) } == [])
  }

  @Test func namesAreReadBackInOrder() throws {
    let place = try TemporaryFolder()
    let names = [7, 90, 1234, 12345].map(SnapshotFile.name)
    #expect(names[0] == "snapshots/epoch-0007.safetensors")
    #expect(names[3] == "snapshots/epoch-12345.safetensors")
    let others = ["epoch-7.safetensors", "epoch-x.safetensors", "epoch-0008.onnx", "notes.txt"]
    for name in names.reversed() + others.map({ "snapshots/" + $0 }) {
      try place.write([1], to: name)
    }
    #expect(try SnapshotFile.names(in: place.path) == names)
    #expect(try SnapshotFile.names(in: place.path(of: "none")) == [])
    // Nothing but the folder's absence is no snapshots.
    try place.write([1], to: "loop/file")
    symlink("snapshots", place.path(of: "loop/snapshots"))
    let failure = #expect(throws: Failure.self) {
      try SnapshotFile.names(in: place.path(of: "loop"))
    }
    #expect(failure?.message.contains("loop/snapshots: Too many levels of symbolic links") == true)
  }

  @Test func snapshotsAreTheModelsOfRunsThatEndThere() throws {
    let data = try cifarFolder()
    let place = try TemporaryFolder()
    func file(_ run: String, _ name: String) throws -> Data {
      try Data(contentsOf: URL(filePath: place.path(of: "\(run)/\(name)")))
    }
    let names = [1, 3].map(SnapshotFile.name)
    for ranks in [1, 2, 3] {
      let run = "run\(ranks)"
      var plan = plan(data: data.path, output: place.path(of: run))
      plan.averageDecay = 0.5
      let summary = try execute(plan, ranks: ranks)[0]
      #expect(summary.snapshots == names && summary.recommended == names[1])
      #expect(summary.steps == 15)
      #expect(try SnapshotFile.names(in: place.path(of: run)) == names)
      let status = try json(place.path(of: "\(run)/status.json"))
      #expect(status["snapshots"] as? [String] == names && status["state"] as? String == "done")
      for name in names + ["model.safetensors"] {
        let isSame = try file(run, name) == file("run1", name)
        #expect(isSame, "\(name) of \(ranks) ranks")
      }
      // Evaluated though --eval-every 0 wants only the end.
      let lines = try String(
        contentsOfFile: place.path(of: "\(run)/metrics.jsonl"),
        encoding: .utf8
      )
      .split(separator: "\n").filter { $0.contains("\"test\"") }
      #expect(lines.count == 3 && lines[0].contains("\"step\": 3,"), "\(lines)")
    }
    for (steps, name) in [(3, names[0]), (9, names[1])] {
      var plan = plan(data: data.path, output: place.path(of: "part\(steps)"))
      plan.steps = steps
      let summary = try execute(plan, ranks: 1)[0]
      #expect(summary.recommended == name)
      let isSame = try file("part\(steps)", "model.safetensors") == file("run1", name)
      #expect(isSame, "\(name)")
    }
  }

  @Test func withoutRestartsTheLastModelIsRecommended() throws {
    let data = try cifarFolder(train: 20, test: 10)
    let place = try TemporaryFolder()
    let summary = try execute(runPlan(data: data.path, output: place.path(of: "run")), ranks: 1)[0]
    #expect(summary.snapshots == [] && summary.recommended == "model.safetensors")
    #expect(try json(place.path(of: "run/status.json"))["snapshots"] == nil)
    #expect(!FileManager.default.fileExists(atPath: place.path(of: "run/snapshots")))
  }

  @Test func anOldRunsSnapshotsAreTakenAway() throws {
    let data = try cifarFolder(train: 20, test: 10)
    let place = try TemporaryFolder()
    let path = place.path(of: "run")
    try place.write([1], to: "run/snapshots/epoch-0077.safetensors")
    try place.write([1], to: "run/snapshots/notes.txt")
    let plan = plan(data: data.path, output: path)
    let failure = #expect(throws: Failure.self) { try execute(plan, ranks: 2) }
    #expect(failure?.kind == .usage)
    var other = plan
    other.overwrite = true
    _ = try execute(other, ranks: 2)
    #expect(try SnapshotFile.names(in: path) == [1, 3].map(SnapshotFile.name))
    other.schedule = .cosine
    other.restartEpochs = nil
    _ = try execute(other, ranks: 1)
    // What is not ours stays.
    let left = try FileManager.default.contentsOfDirectory(atPath: "\(path)/snapshots")
    #expect(left == ["notes.txt"])
    unlink("\(path)/snapshots/notes.txt")
    _ = try execute(other, ranks: 1)
    #expect(!FileManager.default.fileExists(atPath: "\(path)/snapshots"))
  }

  @Test(arguments: [1, 3])
  func aSnapshotThatCannotBeWrittenEndsTheRunOnAllRanks(ranks: Int) throws {
    let data = try cifarFolder(train: 20, test: 10)
    let place = try TemporaryFolder()
    try place.write([1], to: "run/snapshots")
    let plan = plan(data: data.path, output: place.path(of: "run"))
    let refusals = try failures(ranks: ranks) { _ = try execute(plan, on: $0) }
    for refusal in refusals {
      #expect(refusal?.kind == .file)
      #expect(refusal?.message.contains("run/snapshots cannot be made: ") == true)
    }
    let status = try json(place.path(of: "run/status.json"))
    #expect(status["state"] as? String == "failed" && status["step"] as? Int == 1)
  }
}
