import Collectives
import Foundation
import Runs
import Tensors
import Testing
import TestSupport

/// The folder of a run is taken by all ranks or refused by all.
@Suite(.serialized)
struct RunFolderTests {
  @Test(arguments: [1, 3])
  func aFolderIsMadeWithItsParents(ranks: Int) throws {
    let place = try TemporaryFolder()
    let wanted = place.path(of: "a/b c/run")
    let paths = try ThreadWorld.run(ranks: ranks) { c in
      // Only rank 0's wish counts.
      let own = c.rank == 0 ? wanted : "/nowhere/else"
      return try RunFolder(own, existing: .refused, c).path
    }
    #expect(paths == Array(repeating: wanted, count: ranks))
    #expect(try FileManager.default.contentsOfDirectory(atPath: wanted).isEmpty)
  }

  @Test(arguments: [
    "plan.yaml", "run.json", "status.json", "metrics.csv", "metrics.jsonl", "model.safetensors",
    "model-ema.safetensors", "best.safetensors",
  ])
  func aFolderWithARunIsRefused(trace: String) throws {
    let place = try TemporaryFolder()
    try place.write([1, 2, 3], to: "run/\(trace)")
    let path = place.path(of: "run")
    let refusals = try failures(ranks: 3) { c in
      _ = try RunFolder(path, existing: .refused, c)
    }
    for refusal in refusals {
      #expect(refusal?.kind == .usage)
      #expect(refusal?.message.contains("--output \(path) already holds a run") == true)
      #expect(refusal?.message.contains("--overwrite") == true)
    }
    #expect(FileManager.default.contents(atPath: "\(path)/\(trace)") == Data([1, 2, 3]))
  }

  @Test func overwriteTakesTheOldRunAwayAndNothingElse() throws {
    let place = try TemporaryFolder()
    try place.write([1], to: "run/plan.yaml")
    try place.write([2], to: "run/model.safetensors")
    try place.write([2], to: "run/model-ema.safetensors")
    try place.write([2], to: "run/best.safetensors")
    try place.write([3], to: "run/notes.txt")
    let path = place.path(of: "run")
    let found = try failures(ranks: 2) { c in
      _ = try RunFolder(path, existing: .replaced, c)
    }
    #expect(found.allSatisfy { $0 == nil })
    #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["notes.txt"])
  }

  @Test func aFolderOfOtherFilesIsTaken() throws {
    let place = try TemporaryFolder()
    try place.write([3], to: "run/notes.txt")
    let path = place.path(of: "run")
    let found = try failures(ranks: 1) { c in
      _ = try RunFolder(path, existing: .refused, c)
    }
    #expect(found.allSatisfy { $0 == nil })
  }

  /// Below a file no folder can be made, whoever asks: permissions would not stop root.
  @Test(arguments: ["file/run", "file"])
  func whatCannotBeMadeFailsOnAllRanks(name: String) throws {
    let place = try TemporaryFolder()
    try place.write([1], to: "file")
    let path = place.path(of: name)
    let refusals = try failures(ranks: 3) { c in
      _ = try RunFolder(path, existing: .replaced, c)
    }
    for refusal in refusals {
      #expect(refusal?.kind == .file)
      #expect(refusal?.message.contains("--output \(path)") == true)
      #expect(refusal?.message == refusals[0]?.message)
    }
    #expect(FileManager.default.contents(atPath: place.path(of: "file")) == Data([1]))
  }
}
