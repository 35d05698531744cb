import Collectives
import Foundation
import Runs
import Synchronization
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
    "plan.yaml", "run.json", "status.json", "metrics.csv", "metrics.jsonl", "digests.csv",
    "model.safetensors",
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

  /// Many programs that want one folder at the same moment: one gets it, the others are told that
  /// it is in use.
  @Test(arguments: [ExistingRun.refused, .replaced])
  func oneOfManyGetsTheFolder(existing: ExistingRun) throws {
    let place = try TemporaryFolder()
    let path = place.path(of: "a/run")
    for _ in 0..<10 {
      let found = try ThreadWorld.run(ranks: 8) { c in
        try c.barrier()
        let found = Result { try RunFolder(path, existing: existing, SoloCommunicator()) }
        // All have tried before the one lets go.
        try c.barrier()
        return found
      }
      #expect(found.count { (try? $0.get()) != nil } == 1)
      for case .failure(let error) in found {
        let failure = try #require(error as? Failure)
        #expect(failure.kind == .usage)
        // Before the one has said who it is, the others know only that there is one.
        let start = "--output \(path) is in use by "
        let holders = ["process \(getpid()) on ", "another program: "]
        #expect(holders.contains { failure.message.hasPrefix(start + $0) }, "\(failure.message)")
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: path) == [])
  }

  /// Whoever has waited for the lock looks again: a run may have come and gone meanwhile.
  @Test func aRunThatCameAndWentIsKept() throws {
    let place = try TemporaryFolder()
    let path = place.path(of: "run")
    let found = try ThreadWorld.run(ranks: 4) { c in
      try c.barrier()
      return Result {
        let folder = try RunFolder(path, existing: .refused, SoloCommunicator())
        // The others wait for up to 40 ms.
        usleep(10_000)
        try place.write([1], to: "run/plan.yaml")
        withExtendedLifetime(folder) {}
      }
    }
    #expect(found.count { (try? $0.get()) != nil } == 1)
  }

  /// A lock that is let go while others open it is nobody's twice.
  @Test func aLockIsHeldByOne() throws {
    let place = try TemporaryFolder()
    final class Counts: Sendable {
      let inside = Atomic(0)
      let most = Atomic(0)
      let times = Atomic(0)
    }
    let counts = Counts()
    threadTeam(size: 8).run(8) { _, _ in
      for _ in 0..<200 {
        guard case .taken(let lock) = try? FolderLock.take(place.path, owner: "x") else { continue }
        counts.most.max(counts.inside.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
        counts.times.add(1, ordering: .relaxed)
        sched_yield()
        counts.inside.subtract(1, ordering: .relaxed)
        withExtendedLifetime(lock) {}
      }
    }
    #expect(counts.most.load(ordering: .relaxed) == 1)
    #expect(counts.times.load(ordering: .relaxed) > 8)
  }

  /// Many that take whatever name is free: each gets its own.
  @Test func everyOneGetsAFolderOfItsOwn() throws {
    let place = try TemporaryFolder()
    let path = place.path(of: "runs/name")
    let paths = try ThreadWorld.run(ranks: 8) { c in
      try c.barrier()
      let folder = try RunFolder(path, existing: .avoided, SoloCommunicator())
      try c.barrier()
      return folder.path
    }
    #expect(Set(paths) == Set([path] + (2...8).map { "\(path)-\($0)" }))
  }

  /// A folder that is there is never taken for a name of the clock, even an empty one.
  @Test func aNameThatIsTakenIsAvoided() throws {
    let place = try TemporaryFolder()
    try place.write([1], to: "run/plan.yaml")
    try FileManager.default.createDirectory(
      atPath: place.path(of: "run-2"),
      withIntermediateDirectories: false
    )
    let paths = try ThreadWorld.run(ranks: 3) { c in
      try RunFolder(place.path(of: "run"), existing: .avoided, c).path
    }
    #expect(paths == Array(repeating: place.path(of: "run-3"), count: 3))
    #expect(FileManager.default.contents(atPath: place.path(of: "run/plan.yaml")) == Data([1]))
  }

  /// While a run lives nobody gets its folder, on any number of ranks; what it leaves when it is
  /// killed does not count.
  @Test(arguments: [ExistingRun.refused, .replaced])
  func aFolderInUseIsRefused(existing: ExistingRun) throws {
    let place = try TemporaryFolder()
    let path = place.path(of: "run")
    try place.write(Array("process 1 on nowhere\n".utf8), to: "run/.lock")
    let own = try RunFolder(path, existing: .refused, SoloCommunicator())
    try place.write([1], to: "run/plan.yaml")
    let refusals = try failures(ranks: 3) { c in _ = try RunFolder(path, existing: existing, c) }
    try withExtendedLifetime(own) {
      for refusal in refusals {
        #expect(refusal?.kind == .usage)
        #expect(refusal?.message.contains("in use by process \(getpid()) on ") == true)
      }
      #expect(FileManager.default.contents(atPath: "\(path)/plan.yaml") == Data([1]))
      let files = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
      #expect(files == [".lock", "plan.yaml"])
    }
  }

  /// What took the place of a folder that was moved away is another run's, and stays so.
  @Test func aMovedFolderLeavesAnotherAlone() throws {
    let place = try TemporaryFolder()
    let path = place.path(of: "run")
    var first: RunFolder? = try RunFolder(path, existing: .refused, SoloCommunicator())
    try FileManager.default.moveItem(atPath: path, toPath: place.path(of: "moved"))
    #expect(first?.isInPlace == false)
    let second = try RunFolder(path, existing: .refused, SoloCommunicator())
    #expect(first?.isInPlace == false && second.isInPlace)
    first = nil
    #expect(second.isInPlace)
    let refusals = try failures(ranks: 1) { c in
      _ = try RunFolder(path, existing: .replaced, c)
    }
    withExtendedLifetime(second) { #expect(refusals[0]?.kind == .usage) }
  }

  /// Links that lead in a circle: a folder of which nobody can say what it holds.
  @Test(arguments: ["", "/snapshots"])
  func whatCannotBeListedFailsAsAFile(part: String) throws {
    let place = try TemporaryFolder()
    try place.write([1], to: "run/notes")
    let path = place.path(of: part.isEmpty ? "loop" : "run")
    let link = part.isEmpty ? path : path + part
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: link)
    let refusals = try failures(ranks: 3) { c in
      _ = try RunFolder(path, existing: .replaced, c)
    }
    for refusal in refusals {
      #expect(refusal?.kind == .file && refusal?.message.contains(link) == true)
    }
  }

  @Test func overwriteTakesBegunFilesAwayToo() throws {
    let place = try TemporaryFolder()
    for name in [
      "model.safetensors.writing-12", "snapshots/epoch-0001.safetensors", "my.writing-1",
      "snapshots/epoch-0002.safetensors.writing-3",
    ] {
      try place.write([1], to: "run/\(name)")
    }
    let path = place.path(of: "run")
    _ = try RunFolder(path, existing: .replaced, SoloCommunicator())
    #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["my.writing-1"])
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
      if name == "file" {
        #expect(refusal?.message.contains("there is a file of that name") == true)
      }
      #expect(refusal?.message == refusals[0]?.message)
    }
    #expect(FileManager.default.contents(atPath: place.path(of: "file")) == Data([1]))
  }
}
