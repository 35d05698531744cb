import Collectives
import Foundation
import Runs
import Tensors
import Testing
import TestSupport

/// What is not as it was written is refused, never loaded, and ends no program.
@Suite(.serialized)
struct CheckpointDamageTests {
  /// Every byte of a file with one bit turned, and the file cut short at every length, as two ranks see
  /// it, each of which looks at the checksums of its share.
  private func refuses(_ name: String) throws {
    let place = try TemporaryFolder()
    let checkpoint = try SmallCheckpoint(run: place.path)
    try checkpoint.save([3], ranks: 2)
    let path = "\(checkpoint.folder.path(step: 3))/\(name)"
    let whole = try Data(contentsOf: URL(filePath: path))
    let loaded = try ThreadWorld.run(ranks: 2) { c in
      var loaded: [Int] = []
      for number in 0..<2 * whole.count {
        if c.rank == 0 {
          var bytes = whole
          if number < whole.count {
            bytes[number] ^= 1 << UInt8(number % 8)
          } else {
            bytes = bytes.prefix(number - whole.count)
          }
          try bytes.write(to: URL(filePath: path))
        }
        try c.barrier()
        do {
          _ = try checkpoint.values(3, c)
          loaded.append(number)
        } catch let failure as Failure where failure.kind == .data {
          if !failure.message.contains(name) { loaded.append(-number) }
        }
        try c.barrier()
      }
      return loaded
    }
    #expect(loaded == [[], []])
    try whole.write(to: URL(filePath: path))
    #expect(try checkpoint.values(3) == SmallCheckpoint.expected(3))
  }

  @Test func theManifest() throws { try refuses("manifest.json") }
  @Test func thePart() throws { try refuses("part-00000.safetensors") }

  @Test func whatIsLonger() throws {
    let place = try TemporaryFolder()
    let checkpoint = try SmallCheckpoint(run: place.path)
    for name in ["manifest.json", "part-00000.safetensors"] {
      try checkpoint.save([3])
      let path = "\(checkpoint.folder.path(step: 3))/\(name)"
      try (Data(contentsOf: URL(filePath: path)) + Data([0])).write(to: URL(filePath: path))
      #expect(throws: Failure.self) { try checkpoint.values(3) }
      #expect(throws: Failure.self) { try CheckpointReader.verify(3, in: checkpoint.folder) }
    }
  }

  /// A newer program's is whole: an older checkpoint must not be taken in its place.
  @Test func aNewerForm() throws {
    let place = try TemporaryFolder()
    let checkpoint = try SmallCheckpoint(run: place.path)
    try checkpoint.save([3])
    let path = checkpoint.folder.manifest(step: 3)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let start = try #require(text.firstIndex(of: "\n"))
    let body = text[text.index(after: start)...]
      .replacingOccurrences(of: "\"version\" : 1", with: "\"version\" : 2")
    var digest = SHA256()
    Data(body.utf8).withUnsafeBytes { digest.update($0) }
    try Data("{\"sha256\":\"\(digest.hexadecimal)\",\n\(body)".utf8).write(to: URL(filePath: path))
    #expect { try checkpoint.values(3) } throws: { error in
      (error as? Failure)?.kind == .usage && "\(error)".contains("newer program")
    }
  }

  /// What the system cannot read is no damage.
  @Test func aManifestThatCannotBeRead() throws {
    let place = try TemporaryFolder()
    let checkpoint = try SmallCheckpoint(run: place.path)
    try checkpoint.save([3])
    let path = checkpoint.folder.manifest(step: 3)
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    #expect { try checkpoint.values(3) } throws: { ($0 as? Failure)?.kind == .file }
    try FileManager.default.removeItem(atPath: path)
    #expect { try checkpoint.values(3) } throws: { ($0 as? Failure)?.kind == .data }
  }
}
