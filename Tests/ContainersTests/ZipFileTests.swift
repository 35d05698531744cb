import CZlib
import Containers
import Tensors
import TestSupport
import Testing

/// Against what NumPy and Python's zipfile wrote, and files that no program writes.
struct ZipFileTests {
  /// A file in a zip file that is made here.
  private struct Member {
    var name = "data.npy"
    var bytes: [UInt8] = [1, 2, 3]
    var packed: [UInt8]?
    var size: Int?
    var method: UInt16 = 0
    var flags: UInt16 = 0
    var checksum: UInt32?
    var localName: String?
  }

  private func number(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private func zip(_ members: [Member], comment: [UInt8] = []) -> [UInt8] {
    var (file, directory): ([UInt8], [UInt8]) = ([], [])
    for member in members {
      let packed = member.packed ?? member.bytes
      let sum = member.checksum ?? UInt32(crc32_z(0, member.bytes, member.bytes.count))
      let common =
        number(20, 2) + number(Int(member.flags), 2) + number(Int(member.method), 2) + number(0, 4)
        + number(Int(sum), 4) + number(packed.count, 4)
        + number(member.size ?? member.bytes.count, 4)
      let local = Array((member.localName ?? member.name).utf8)
      directory += [0x50, 0x4b, 1, 2] + number(20, 2) + common + number(member.name.utf8.count, 2)
      directory += number(0, 12) + number(file.count, 4) + Array(member.name.utf8)
      file += [0x50, 0x4b, 3, 4] + common + number(local.count, 2) + number(0, 2) + local + packed
    }
    let end =
      [0x50, 0x4b, 5, 6] + number(0, 4) + number(members.count, 2) + number(members.count, 2)
    return file + directory + end + number(directory.count, 4) + number(file.count, 4)
      + number(comment.count, 2) + comment
  }

  @Test(arguments: ["imagenet32.npz", "imagenet32-deflated.npz", "imagenet32-zip64.npz"])
  func arraysOfNumPy(name: String) throws {
    let source = try SourceFile(golden: name)
    let zip = try ZipFile(source.file)
    #expect(zip.entries.map(\.name) == ["data.npy", "labels.npy", "mean.npy"])
    let (place, range) = try #require(try zip.contents("data.npy"))
    #expect((place is DataFile) == !name.contains("deflated"))
    let array = try NumpyFile.array(in: range, of: place)
    #expect(array.shape == [2, 3072])
    let bytes = try place.bytes(at: array.offset, count: array.byteCount)
    #expect(bytes == DataFileGoldens.planes(0) + DataFileGoldens.planes(5))
    let labels = try #require(try zip.contents("labels.npy"))
    #expect(try NumpyFile.array(in: labels.range, of: labels.source).integers() == [1, 1000])
    #expect(try zip.contents("labels") == nil)
  }

  /// The comment at the end may look like an end.
  @Test func comments() throws {
    let end: [UInt8] = [0x50, 0x4b, 5, 6] + Array(repeating: 1, count: 18)
    for comment in [[], end, end + end, Array(repeating: 0x50, count: 65_535)] {
      let source = try SourceFile(zip([Member()], comment: comment))
      let (place, range) = try #require(try ZipFile(source.file).contents("data.npy"))
      #expect(try place.bytes(at: range.lowerBound, count: range.count) == [1, 2, 3])
    }
  }

  /// Names are looked for and never followed.
  @Test(arguments: [
    "../data.npy", "/data.npy", "DATA.NPY", "data.npy\0", "", "data.npy/", "\u{202e}data.npy",
  ])
  func oddNames(name: String) throws {
    let zip = try ZipFile(SourceFile(zip([Member(name: name)])).file)
    #expect(try zip.contents("data.npy") == nil)
    #expect(try zip.contents(name)?.range.count == 3)
  }

  @Test func whatIsRefused() throws {
    let bytes = [UInt8](repeating: 7, count: 1000)
    let packed = deflated(bytes, gzip: false)
    let good = Member(bytes: bytes, packed: packed, method: 8)
    func change(_ change: (inout Member) -> Void) -> Member {
      var member = good
      change(&member)
      return member
    }
    #expect(try ZipFile(SourceFile(zip([good])).file).contents("data.npy")?.range == 0..<1000)
    for (members, text) in [
      ([good, good], "stands there 2 times"), ([change { $0.flags = 1 }], "is encrypted"),
      ([change { $0.method = 12 }], "is packed by method 12"),
      ([change { $0.method = 0 }], "is stored and has two sizes, 1000 and \(packed.count)"),
      ([change { $0.localName = "data.txt" }], "has another name at byte 0"),
      ([change { $0.checksum = 1 }], "is damaged: its checksum is another"),
      ([change { $0.size = 1001 }], "unpacks to 1000 bytes in place of 1001"),
      ([change { $0.packed = packed + [0] }], "ends early, at byte"),
    ] as [([Member], String)] {
      let source = try SourceFile(zip(members))
      let sentence = sentence { try ZipFile(source.file).contents("data.npy") }
      let wanted = "\(source.path): data.npy, at byte 0, \(text)"
      #expect(sentence?.hasPrefix(wanted) == true, "\(sentence ?? "no failure"), not \(wanted)")
    }
    let short = try SourceFile(zip([change { $0.size = 999 }]))
    #expect(
      sentence { try ZipFile(short.file).contents("data.npy") }?
        .hasPrefix("\(short.path) unpacks to more than 999 bytes") == true
    )
  }

  /// One that is small for what it says, and one that says less than what comes out.
  @Test func bombs() throws {
    let zeros = [UInt8](repeating: 0, count: 30_000_000)
    let packed = deflated(zeros, gzip: false)
    let bomb = try SourceFile(zip([Member(bytes: zeros, packed: packed, method: 8)]))
    #expect(
      sentence { try ZipFile(bomb.file).contents("data.npy") }?
        .hasSuffix("unpacks from \(packed.count) bytes to 30000000: no images shrink that much")
        == true
    )
    let liar = try SourceFile(zip([Member(packed: packed, size: 1000, method: 8)]))
    #expect(
      sentence { try ZipFile(liar.file).contents("data.npy") }?
        .hasPrefix("\(liar.path) unpacks to more than 1000 bytes") == true
    )
  }

  @Test func noDirectory() throws {
    let bytes = zip([Member()])
    for cut in [1, 10, bytes.count - 23, bytes.count - 1] {
      let source = try SourceFile(Array(bytes[..<cut]))
      #expect(
        sentence { try ZipFile(source.file) }
          == "\(source.path) is cut off or no zip file: it has no directory at its end"
      )
    }
    var many = bytes
    many.replaceSubrange(bytes.count - 12..<bytes.count - 10, with: [200, 1])
    let source = try SourceFile(many)
    #expect(sentence { try ZipFile(source.file) }?.contains("a directory of 456 files") == true)
  }
}
