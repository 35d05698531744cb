import Containers
import Tensors
import TestSupport
import Testing

/// Against what Python's gzip wrote, and what zlib writes.
struct GzipTests {
  @Test func membersAreJoined() throws {
    let source = try SourceFile(golden: "members.gz")
    #expect(try Gzip.recognizes(source.file))
    let bytes = try all(Gzip.unpacked(source.file))
    #expect(bytes == Array(0..<100) + Array(repeatElement(Array("end".utf8), count: 999).joined()))
  }

  @Test func zerosBehindTheEndAreLetPass() throws {
    let bytes = try DataFileGoldens.read().bytes("members.gz")
    let padded = try SourceFile(bytes + [0, 0, 0])
    #expect(try all(Gzip.unpacked(padded.file)).count == 100 + 2997)
    let spoiled = try SourceFile(bytes + [0, 0, 7])
    #expect(
      sentence { try Gzip.unpacked(spoiled.file) }
        == "\(spoiled.path) is damaged: byte \(bytes.count + 2) is of no member"
    )
  }

  /// Bytes that do not fit into one block of the reader.
  @Test func manyBlocks() throws {
    let bytes = (0..<1_500_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
    let source = try SourceFile(deflated(bytes, gzip: true) + deflated(bytes, gzip: true))
    #expect(try all(Gzip.unpacked(source.file)) == bytes + bytes)
  }

  @Test func aWrongChecksumIsNamed() throws {
    var bytes = deflated(Array(0..<200), gzip: true)
    bytes[bytes.count - 8] ^= 1
    let source = try SourceFile(bytes)
    let text = try #require(sentence { try Gzip.unpacked(source.file) })
    #expect(text.hasPrefix("\(source.path) is damaged: it cannot be unpacked at byte "))
    #expect(text.hasSuffix(": incorrect data check"))
  }

  @Test func oneThatIsCutOffIsNamed() throws {
    let bytes = deflated(Array(0..<200), gzip: true)
    let source = try SourceFile(bytes.dropLast())
    #expect(
      sentence { try Gzip.unpacked(source.file) }
        == "\(source.path) ends early: its packed bytes do not end by byte \(bytes.count - 1)"
    )
  }

  /// 30 MB of zeros in 30 kB.
  @Test func aBombIsRefused() throws {
    let source = try SourceFile(
      deflated([UInt8](repeating: 0, count: 30_000_000), gzip: true)
    )
    let most = 64 * source.file.size + 16 << 20
    let text = try #require(sentence { try Gzip.unpacked(source.file) })
    #expect(text.hasPrefix("\(source.path) unpacks to more than \(most) bytes, at byte "))
  }

  @Test func theBeginningIsReadOfDamagedOnesToo() throws {
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    let source = try SourceFile(deflated(bytes, gzip: true).dropLast(30))
    #expect(Gzip.beginning(of: source.file).prefix(512) == bytes.prefix(512))
    #expect(try Gzip.beginning(of: SourceFile([0x1f, 0x8b, 9, 9, 9]).file).isEmpty)
  }
}
