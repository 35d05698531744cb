import Checkpoints
import Collectives
import Foundation
import Glibc
import Runs
import Synchronization
import Tensors
import Testing
import TestSupport

/// Ranks that write a checkpoint together: what is there afterwards, and what is said where it cannot
/// be written.
@Suite(.serialized)
struct CheckpointWriterTests {
  /// What rank 0 was told.
  private final class Told: Sendable {
    let outcomes = Mutex<[CheckpointWriter.Outcome]>([])
    func add(_ outcome: CheckpointWriter.Outcome) { outcomes.withLock { $0.append(outcome) } }
    var steps: [Int] { outcomes.withLock { $0.filter { $0.failure == nil }.map(\.step) } }
    var failed: [Int] { outcomes.withLock { $0.filter { $0.failure != nil }.map(\.step) } }
    var sentences: [String] { outcomes.withLock { $0.compactMap { $0.failure?.message } } }
  }

  @Test(arguments: [1, 2, 5, 16])
  func anyNumberOfRanksReadsIt(ranks: Int) throws {
    let place = try TemporaryFolder()
    let checkpoint = try SmallCheckpoint(run: place.path)
    try checkpoint.save([7], ranks: ranks)
    #expect(checkpoint.files(7) == ["manifest.json", "part-00000.safetensors"])
    for readers in [1, 3] {
      let values = try ThreadWorld.run(ranks: readers) { try checkpoint.values(7, $0) }
      #expect(values == Array(repeating: SmallCheckpoint.expected(7), count: readers))
    }
    try CheckpointReader.verify(7, in: checkpoint.folder)
  }

  /// Each save waits for the one before, whichever thread of it is at work.
  @Test func oneBehindTheOther() throws {
    let place = try TemporaryFolder()
    let checkpoint = try SmallCheckpoint(run: place.path)
    let told = Told()
    _ = try ThreadWorld.run(ranks: 3) { c in
      let writer = try checkpoint.writer(c)
      writer.tell = { told.add($0) }
      for step in 1...20 {
        let pieces = SmallCheckpoint.pieces(c.rank, of: c.size, adding: Float(step))
        try writer.begin(SmallCheckpoint.progress(step), pieces)
        if step % 3 == c.rank { usleep(500) }
        writer.look()
        let written = try c.allGather([UInt64(writer.lastWritten)]).map { $0[0] }.min() ?? 0
        try writer.settle(allWritten: Int(written))
      }
      #expect(try writer.finish()?.failure == nil)
    }
    #expect(told.steps == Array(1...20) && told.failed.isEmpty)
    #expect(try checkpoint.folder.steps() == [19, 20])
    #expect(try checkpoint.values(20) == SmallCheckpoint.expected(20))
  }

  /// A copy was taken: what the run does meanwhile is not in the checkpoint.
  @Test func theStateOfItsStep() throws {
    let place = try TemporaryFolder()
    let checkpoint = try SmallCheckpoint(run: place.path)
    let writer = try checkpoint.writer(SoloCommunicator())
    let buffer = FloatBuffer(count: 12)
    let pieces = ["parameter", "first_moment"].map {
      StatePiece($0, "a.weight", 0..<12, in: buffer)
    }
    try writer.begin(SmallCheckpoint.progress(1), pieces)
    for element in 0..<12 { buffer.base[element] = 9 }
    _ = try writer.finish()
    #expect(try checkpoint.values(1) == Array(repeating: 0, count: 12))
  }

  /// One rank cannot write its part: no rank takes the checkpoint for one, nothing is left of it, and
  /// the next is whole.
  @Test(arguments: [0, 2])
  func oneRankFails(failing: Int) throws {
    let place = try TemporaryFolder()
    let checkpoint = try SmallCheckpoint(run: place.path)
    let told = Told()
    try checkpoint.save([1], ranks: 3)
    let failures = try ThreadWorld.run(ranks: 3) { c -> [Failure?] in
      // The rank sees another folder than the others, in which a file is in the way.
      var own = checkpoint
      if c.rank == failing {
        try place.write([1], to: "other/checkpoints/step-00000002")
        own = try SmallCheckpoint(run: place.path(of: "other"))
      }
      let writer = try own.writer(c)
      writer.tell = { told.add($0) }
      func save(_ step: Int) throws -> Failure? {
        do {
          let pieces = SmallCheckpoint.pieces(c.rank, of: c.size, adding: Float(step))
          try writer.save(SmallCheckpoint.progress(step), pieces)
          return nil
        } catch let failure as Failure {
          return failure
        }
      }
      return [try save(2), try save(2)]
    }
    for failure in failures.joined() {
      #expect(failure?.kind == .file && failure?.isAgreed == true)
      #expect(failure?.message.contains("rank \(failing) on ") == true, "\(failure?.message ?? "")")
    }
    #expect(told.failed == [2, 2])
    if failing == 2 {
      #expect(checkpoint.files(2) == nil)
      #expect(try checkpoint.values(1) == SmallCheckpoint.expected(1))
    }
  }

  /// Where the system gives one rank no thread, the checkpoints are written all the same, and that
  /// the run waits for them is said once.
  @Test(arguments: [(1, 0), (3, 0), (3, 2)])
  func withoutAThread(ranks: Int, rank: Int) throws {
    let place = try TemporaryFolder()
    let checkpoint = try SmallCheckpoint(run: place.path)
    let told = Told()
    _ = try ThreadWorld.run(ranks: ranks) { c in
      let stackBytes = c.rank == rank ? 1 << 50 : CheckpointWriter.stackBytes
      let writer = try checkpoint.writer(c, stackBytes: stackBytes)
      writer.tell = { told.add($0) }
      for step in 1...3 {
        let pieces = SmallCheckpoint.pieces(c.rank, of: c.size, adding: Float(step))
        try writer.begin(SmallCheckpoint.progress(step), pieces)
        #expect(try writer.finish()?.failure == nil)
      }
    }
    #expect(told.steps == [1, 2, 3])
    #expect(try checkpoint.values(3) == SmallCheckpoint.expected(3))
    let remarks = told.outcomes.withLock { $0.flatMap(\.remarks) }
    let who = ranks == 1 ? "no thread" : "rank \(rank) on "
    #expect(remarks.count == 1 && remarks[0].hasPrefix(who), "\(remarks)")
    #expect(remarks[0].hasSuffix("(ulimit -u); the run waits while they are written."))
  }

  /// The first of two fails, and the run goes on to the second.
  @Test func theNextIsWhole() throws {
    let place = try TemporaryFolder()
    let checkpoint = try SmallCheckpoint(run: place.path)
    let told = Told()
    try place.write([1], to: "checkpoints/step-00000001")
    let outcomes = try ThreadWorld.run(ranks: 2) { c in
      let writer = try checkpoint.writer(c)
      writer.tell = { told.add($0) }
      for step in 1...2 {
        let pieces = SmallCheckpoint.pieces(c.rank, of: c.size, adding: Float(step))
        try writer.begin(SmallCheckpoint.progress(step), pieces)
      }
      return try writer.finish()?.failure == nil
    }
    #expect(outcomes == [true, true] && told.failed == [1] && told.steps == [2])
    #expect(told.sentences[0].contains(place.path(of: "checkpoints/step-00000001")))
    #expect(try checkpoint.values(2) == SmallCheckpoint.expected(2))
  }

  /// A checkpoint that gets no manifest leaves nothing that takes room.
  @Test func noManifestNoRemains() throws {
    let place = try TemporaryFolder()
    let checkpoint = try SmallCheckpoint(run: place.path)
    // The folder of a part's own name is in the way of the rename.
    try place.write([1], to: "checkpoints/step-00000004/part-00000.safetensors/x")
    let writer = try checkpoint.writer(SoloCommunicator())
    #expect {
      try writer.save(SmallCheckpoint.progress(4), SmallCheckpoint.pieces(0, of: 1))
    } throws: { ($0 as? Failure)?.kind == .file }
    let folder = place.path(of: "checkpoints/step-00000004")
    #expect(try Folder(folder).names == ["part-00000.safetensors"])
    #expect(try checkpoint.folder.complete().isEmpty)
  }

  @Test(arguments: ["file", "link", "dangling link"])
  func whatStandsInThePlaceOfTheFolder(_ kind: String) throws {
    let place = try TemporaryFolder()
    let checkpoint = try SmallCheckpoint(run: place.path(of: "run"))
    if kind == "file" {
      try place.write([1], to: "run/checkpoints")
    } else {
      try FileManager.default.createDirectory(
        atPath: place.path(of: "run"),
        withIntermediateDirectories: false
      )
      if kind == "link" {
        try FileManager.default.createDirectory(
          atPath: place.path(of: "disk"),
          withIntermediateDirectories: false
        )
      }
      symlink(place.path(of: "disk"), checkpoint.folder.path)
    }
    if kind == "link" {
      try checkpoint.save([1, 2, 3])
      #expect(try checkpoint.values(3) == SmallCheckpoint.expected(3))
      #expect(try Folder(place.path(of: "disk")).names == ["step-00000002", "step-00000003"])
    } else {
      #expect { try checkpoint.save([1]) } throws: { error in
        (error as? Failure)?.kind == .file && "\(error)".contains(checkpoint.folder.path)
      }
      #expect(try checkpoint.folder.steps().isEmpty)
    }
  }

  /// A run folder that is moved away does not come back, and another's in its place gets nothing.
  @Test func aRunFolderThatIsMoved() throws {
    let place = try TemporaryFolder()
    let checkpoint = try SmallCheckpoint(run: place.path(of: "run"))
    try place.write([1], to: "run/.lock")
    let writer = try checkpoint.writer(SoloCommunicator())
    func save(_ step: Int) throws {
      try writer.save(SmallCheckpoint.progress(step), SmallCheckpoint.pieces(0, of: 1))
    }
    try save(1)
    // Without a lock it is nobody else's.
    try FileManager.default.moveItem(
      atPath: place.path(of: "run/.lock"),
      toPath: place.path(of: "run/lock")
    )
    try save(2)
    try FileManager.default.moveItem(
      atPath: place.path(of: "run"),
      toPath: place.path(of: "moved")
    )
    #expect { try save(3) } throws: { ($0 as? Failure)?.kind == .file }
    #expect(try Folder(place.path).names == ["moved"])
    try place.write([1], to: "run/checkpoints/step-00000004/manifest.json")
    try place.write([2], to: "run/.lock")
    #expect { try save(4) } throws: { "\($0)".contains("another run's") }
    #expect(checkpoint.files(4) == ["manifest.json"])
    #expect(try CheckpointFolder(ofRun: place.path(of: "moved")).complete() == [1, 2])
  }

  /// Where the run begins there, its checkpoint is not written again.
  @Test func theOneThatTheRunGoesOnFrom() throws {
    let place = try TemporaryFolder()
    let checkpoint = try SmallCheckpoint(run: place.path)
    try checkpoint.save([5])
    let before = try Data(contentsOf: URL(filePath: checkpoint.folder.manifest(step: 5)))
    let pieces = SmallCheckpoint.pieces(0, of: 1)
    let writer = try CheckpointWriter(
      run: place.path,
      checkpoint.facts,
      CheckpointRetention(last: 2),
      pieces: pieces,
      from: 5,
      SoloCommunicator()
    )
    try writer.save(SmallCheckpoint.progress(5), pieces)
    #expect(writer.lastBegun == nil)
    #expect(try writer.finish() == nil)
    let after = try Data(contentsOf: URL(filePath: checkpoint.folder.manifest(step: 5)))
    #expect(before == after)
    try writer.save(SmallCheckpoint.progress(6), pieces)
    #expect(try checkpoint.folder.complete() == [5, 6])
  }
}
