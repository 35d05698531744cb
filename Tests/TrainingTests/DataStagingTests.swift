import Collectives
import Foundation
import TestSupport
import Tensors
import Testing
import Training

/// Data that are copied to each host first.
struct DataStagingTests {
  private struct Staged: Sendable {
    var path = ""
    var note: String?
    var failure: Failure?
  }

  private func stage(_ path: String, to folder: String) throws -> [Staged] {
    try ThreadWorld.run(ranks: 3) { c in
      do {
        let staging = try DataStaging(path, to: folder, c)
        return Staged(path: staging.path, note: staging.note)
      } catch let failure as Failure {
        return Staged(failure: failure)
      }
    }
  }

  private func folderOfData() throws -> TemporaryFolder {
    let data = try TemporaryFolder()
    // More than is copied at a time, and no multiple of it.
    try data.write((0..<5_000_001).map { UInt8(truncatingIfNeeded: $0 &* 7) }, to: "set/a.bin")
    try data.write([1, 2, 3], to: "set/inner/b.bin")
    try data.write([], to: "set/empty")
    return data
  }

  @Test func everyFileIsCopiedOnceForAHost() throws {
    let (data, place) = (try folderOfData(), try TemporaryFolder())
    let set = data.path(of: "set")
    let first = try stage(set, to: place.path(of: "made/on the way"))
    for rank in first {
      #expect(rank.failure == nil && rank.path == first[0].path && rank.path.hasSuffix("/set"))
    }
    for name in ["a.bin", "inner/b.bin", "empty"] {
      #expect(
        FileManager.default.contents(atPath: "\(first[0].path)/\(name)")
          == FileManager.default.contents(atPath: "\(set)/\(name)")
      )
    }
    #expect(first[0].note?.hasPrefix("staged 4.8 MiB of \(set) on 1 host in ") == true)
    #expect(first[1].note == nil)
    let again = try stage(set, to: place.path(of: "made/on the way"))
    #expect(again.map(\.path) == first.map(\.path))
    #expect(again[0].note?.contains(" were staged already: ") == true)
  }

  /// Its first rank speaks for a host.
  @Test func ranksNeedNotBeToldTheSame() throws {
    let (data, place) = (try folderOfData(), try TemporaryFolder())
    let set = data.path(of: "set")
    for told in 0..<2 {
      let paths = try ThreadWorld.run(ranks: 2) { c in
        try DataStaging(set, to: c.rank == told ? place.path : nil, c).path
      }
      #expect(paths[0] == paths[1] && (paths[0] != set) == (told == 0))
    }
  }

  @Test func dataThatChangedAreCopiedAnew() throws {
    let (data, place) = (try folderOfData(), try TemporaryFolder())
    let first = try stage(data.path(of: "set"), to: place.path)
    try data.write([1, 2, 4], to: "set/inner/b.bin")
    let second = try stage(data.path(of: "set"), to: place.path)
    #expect(second[0].path != first[0].path)
    #expect(
      FileManager.default.contents(atPath: "\(second[0].path)/inner/b.bin") == Data([1, 2, 4])
    )
  }

  @Test func aFileAloneIsData() throws {
    let (data, place) = (try folderOfData(), try TemporaryFolder())
    let staged = try stage(data.path(of: "set/inner/b.bin"), to: place.path)
    #expect(FileManager.default.contents(atPath: staged[0].path) == Data([1, 2, 3]))
  }

  @Test func halfACopyIsNotTrusted() throws {
    let (data, place) = (try folderOfData(), try TemporaryFolder())
    let path = try stage(data.path(of: "set"), to: place.path)[0].path
    try Data([1]).write(to: URL(filePath: "\(path)/inner/b.bin"))
    for rank in try stage(data.path(of: "set"), to: place.path) {
      #expect(rank.failure?.kind == .file)
      #expect(rank.failure?.message.contains("is no whole copy of \(data.path(of: "set"))") == true)
    }
  }

  @Test func whatCannotBeReadOrWrittenIsSaidOnEveryRank() throws {
    let (data, place) = (try folderOfData(), try TemporaryFolder())
    try place.write([1], to: "file")
    for rank in try stage(data.path(of: "none"), to: place.path) {
      #expect(rank.failure?.kind == .data)
      #expect(rank.failure?.message.contains("there is no file or folder") == true)
    }
    for rank in try stage(data.path(of: "set"), to: place.path(of: "file")) {
      #expect(rank.failure?.kind == .file)
      #expect(rank.failure?.message.contains("--stage-to \(place.path(of: "file")): ") == true)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == ["file"])
  }
}
