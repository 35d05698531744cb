import Collectives
import Foundation
import Plans
import Runs
import Synchronization
import Tensors
import Testing
import TestSupport
import Training

/// A run whose newest checkpoint is not whole goes on from the one before, says so, and ends with the
/// same bytes.
@Suite(.serialized)
struct DamagedCheckpointTests {

  private let data: TemporaryFolder
  private let place: TemporaryFolder
  private let plan: TrainingPlan
  /// The model of a run that nobody disturbed.
  private let model: Data

  private var run: String { place.path(of: "run") }
  private func checkpoint(_ step: Int) -> String { CheckpointFolder(ofRun: run).path(step: step) }

  /// A run of six steps that has been killed behind the fifth: it has checkpoints after three and five.
  init() throws {
    (data, place) = (try cifarFolder(), try TemporaryFolder())
    var plan = runPlan(data: data.path, output: place.path(of: "run"))
    (plan.checkpointEvery, plan.keepCheckpoints, plan.checkpointMinutes) = (1, 9, 0)
    self.plan = plan
    _ = try execute(plan, ranks: 2)
    model = try Data(contentsOf: URL(filePath: place.path(of: "run/model.safetensors")))
    for step in [1, 2, 4, 6] {
      try FileManager.default.removeItem(
        atPath: CheckpointFolder(ofRun: plan.output ?? "").path(step: step)
      )
    }
    for name in ["model.safetensors", "status.json"] {
      try FileManager.default.removeItem(atPath: place.path(of: "run/\(name)"))
    }
  }

  /// Goes on with it; the steps that it began at, and what it said.
  private func goOn(
    from step: Int? = nil
  ) throws -> (from: Int, warnings: [String]) {
    let (plan, run) = (plan, run)
    let request = ResumeRequest(folder: run, step: step, mayBegin: true)
    let warnings = try ThreadWorld.run(ranks: 3) { c in
      let console = Listener()
      _ = try execute(plan, on: c, console: console, resume: request)
      return console.warnings
    }
    struct Record: Decodable { let sessions: [RunSession] }
    let record = try JSONFile.read(Record.self, from: "\(run)/run.json")
    let after = try Data(contentsOf: URL(filePath: "\(run)/model.safetensors"))
    #expect(after == model)
    return (record.sessions.last?.fromStep ?? -1, warnings[0])
  }

  private static let damages: [(name: String, change: @Sendable (inout Data) -> Void)] = [
    ("manifest.json", { $0 = Data() }),
    ("manifest.json", { $0[$0.count / 2] ^= 4 }),
    ("manifest.json", { $0 = Data(count: $0.count) }),
    ("part-00000.safetensors", { $0[100] ^= 1 }),
    ("part-00000.safetensors", { $0[$0.count - 1] ^= 0x80 }),
    ("part-00000.safetensors", { $0.removeLast(4) }),
  ]

  @Test(arguments: damages.indices)
  func theOlderOneIsTaken(_ number: Int) throws {
    let (name, change) = Self.damages[number]
    let path = "\(checkpoint(5))/\(name)"
    var bytes = try Data(contentsOf: URL(filePath: path))
    change(&bytes)
    try bytes.write(to: URL(filePath: path))
    let (from, warnings) = try goOn()
    #expect(from == 3)
    #expect(warnings.contains { $0.contains("after step 5 is passed over") && $0.contains(path) })
    #expect(try CheckpointFolder(ofRun: run).complete() == [3, 4, 5, 6])
    for step in 3...6 { try CheckpointReader.verify(step, in: CheckpointFolder(ofRun: run)) }
  }

  @Test func aMissingFile() throws {
    try FileManager.default.removeItem(atPath: "\(checkpoint(5))/part-00000.safetensors")
    #expect(try goOn().from == 3)
  }

  /// What a killed program has left of a save is no checkpoint, and goes.
  @Test func whatIsIncomplete() throws {
    for step in [4, 6, 9] {
      try place.write(
        [1],
        to: "run/checkpoints/\(CheckpointFolder.name(step: step))/manifest.json.writing-1"
      )
    }
    try place.write([1], to: "run/checkpoints/step-00000006/part-00000.safetensors.writing-1")
    let (from, warnings) = try goOn()
    #expect(from == 5 && warnings.isEmpty)
    let folder = CheckpointFolder(ofRun: run)
    #expect(try folder.steps() == [3, 5, 6])
    #expect(try Folder(folder.path(step: 6)).names == ["manifest.json", "part-00000.safetensors"])
  }

  /// None that is whole: the run does not begin anew in its place, and nothing is lost.
  @Test func noneIsWhole() throws {
    for step in [3, 5] {
      try Data([1]).write(to: URL(filePath: "\(checkpoint(step))/manifest.json"))
    }
    let before = try Data(contentsOf: URL(filePath: "\(run)/metrics.csv"))
    #expect { try goOn() } throws: { error in
      (error as? Failure)?.kind == .data && "\(error)".contains("no checkpoint in")
    }
    #expect(try Data(contentsOf: URL(filePath: "\(run)/metrics.csv")) == before)
    #expect(try CheckpointFolder(ofRun: run).complete() == [3, 5])
  }

  /// The one that is asked for, though there are newer ones: these are of a run that did not go this
  /// way.
  @Test func anOlderOneThatIsAskedFor() throws {
    #expect(try goOn(from: 3).from == 3)
    #expect(try CheckpointFolder(ofRun: run).complete() == [3, 4, 5, 6])
  }

  /// They go when the run can go on, and not before.
  @Test func newerOnesStayWhereTheRunCannotGoOn() throws {
    try Data("no metrics\nnone\n".utf8).write(to: URL(filePath: "\(run)/metrics.csv"))
    #expect(throws: Failure.self) { try goOn(from: 3) }
    #expect(try CheckpointFolder(ofRun: run).complete() == [3, 5])
  }

  @Test func oneThatIsAskedForAndDamaged() throws {
    try Data([1]).write(to: URL(filePath: "\(checkpoint(5))/manifest.json"))
    #expect { try goOn(from: 5) } throws: { ($0 as? Failure)?.kind == .data }
    #expect(try goOn().from == 3)
  }

  /// eval of a checkpoint is eval of the model after its step.
  @Test func evaluationOfACheckpoint() throws {
    _ = try goOn()
    let folder = CheckpointFolder(ofRun: run)
    let ofModel = try evaluate(run, ranks: 2)
    let ofCheckpoint = try evaluate(folder.path(step: 6), ranks: 3)
    #expect(ofCheckpoint[0].loss == ofModel[0].loss)
    #expect(ofCheckpoint[0].accuracy == ofModel[0].accuracy)
    let earlier = try evaluate(folder.path(step: 3), ranks: 1)
    #expect(earlier[0].loss != ofModel[0].loss)
    let path = "\(folder.path(step: 6))/part-00000.safetensors"
    var bytes = try Data(contentsOf: URL(filePath: path))
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: URL(filePath: path))
    #expect { try evaluate(folder.path(step: 6), ranks: 2) } throws: { error in
      (error as? Failure)?.kind == .data && "\(error)".contains(path)
    }
  }
}
