import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// A bad file is answered with a `.data` failure that names it, never with a trap.
struct SafetensorsErrorTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func expectFailure(
    _ bytes: [UInt8],
    _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try folder.write(bytes, to: "bad.safetensors")
    let path = folder.path(of: "bad.safetensors")
    let failure = #expect(throws: Failure.self, comment, sourceLocation: sourceLocation) {
      try Safetensors(contentsOf: path)
    }
    #expect(failure?.kind == .data, comment, sourceLocation: sourceLocation)
    #expect(failure?.message.contains(path) == true, comment, sourceLocation: sourceLocation)
  }

  private func bytes(header: String, body: Int = 0) -> [UInt8] {
    let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
    return length + Array(header.utf8) + Array(repeating: 1, count: body)
  }

  @Test func aMissingFileOrAFolder() {
    for path in [folder.path(of: "none.safetensors"), folder.path] {
      let failure = #expect(throws: Failure.self) { try Safetensors(contentsOf: path) }
      #expect(failure?.kind == .data)
      #expect(failure?.message.contains(path) == true)
    }
  }

  @Test func everyTruncation() throws {
    let whole = Safetensors(
      tensors: [
        "a": .init(shape: [3], values: .float([1, 2, 3])),
        "b": .init(shape: [1], values: .integer([4])),
      ],
      metadata: ["k": "v"]
    ).encoded()
    for length in 0..<whole.count {
      try expectFailure(Array(whole.prefix(length)), "\(length) bytes")
    }
  }

  @Test(arguments: [
    "", "[]", "null", "{", "not JSON", "{\"a\":1}", "{\"a\":{}}", "\u{FFFD}",
    #"{"a":{"dtype":"F32","shape":[2]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,16]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#,
    #"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"I64","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"BF16","shape":[4],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":32,"shape":[2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[16,24]}}"#,
    // Sizes whose product, or whose bytes, do not fit 64 bits.
    #"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"I64","shape":[2305843009213693952],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[9223372036854775807,2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775807]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,99999999999999999999]}}"#,
  ])
  func aMalformedHeader(header: String) throws {
    try expectFailure(bytes(header: header, body: 16))
  }

  @Test func anImpossibleHeaderLength() throws {
    for length: UInt64 in [.max, 1 << 63, UInt64(Int.max), 9] {
      let prefix = withUnsafeBytes(of: length.littleEndian) { Array($0) }
      try expectFailure(prefix + Array("{}      ".utf8), "\(length)")
    }
  }

  @Test func randomBytes() throws {
    var draws = RandomDraws(seed: 1, purpose: .shuffle)
    for _ in 0..<200 {
      let count = draws.integer(below: 100)
      var garbage = (0..<count).map { _ in UInt8(truncatingIfNeeded: draws.next()) }
      // Half of them with a length that fits.
      if count >= 8 && draws.next() % 2 == 0 {
        garbage.replaceSubrange(0..<8, with: [UInt8(count - 8), 0, 0, 0, 0, 0, 0, 0])
      }
      try expectFailure(garbage)
    }
  }

  /// One byte of a good file changed: an error or other contents, but no trap.
  @Test func changedBytes() throws {
    let tensor = Safetensors.Tensor(shape: [2, 2], values: .float([1, 2, 3, 4]))
    let whole = Array(Safetensors(tensors: ["a": tensor], metadata: [:]).encoded())
    for at in whole.indices {
      for byte in [0, 0x20, 0x22, 0x2d, 0x39, 0x7b, 0x7d, 0xff] as [UInt8] {
        var changed = whole
        changed[at] = byte
        try folder.write(changed, to: "changed.safetensors")
        do {
          _ = try Safetensors(contentsOf: folder.path(of: "changed.safetensors"))
        } catch let failure as Failure {
          #expect(failure.kind == .data)
        }
      }
    }
  }
}
