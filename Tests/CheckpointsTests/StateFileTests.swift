import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// The names of pieces in a file, and what a file that nobody has looked at may hold.
struct StateFileTests {
  @Test(arguments: [
    ("parameter", "conv1.weight", 0..<432), ("a", "b/c[3:4]", 7..<7), ("first_moment", "", 1..<2),
    ("parameter", "größe x", 0..<Int.max),
  ])
  func namesComeBack(array: String, tensor: String, elements: Range<Int>) throws {
    let name = "\(array)/\(tensor)[\(elements.lowerBound):\(elements.upperBound)]"
    let piece = try #require(StateFile.Piece(name))
    #expect(piece.array == array && piece.tensor == tensor && piece.elements == elements)
    #expect(piece.name == name)
  }

  @Test(arguments: [
    "", "a", "a/b", "a/b[", "a/b[]", "a/b[1]", "a/b[1:2", "a/b[1:2:3]", "a/b[2:1]", "a/b[-1:2]",
    "a/b[:2]", "a/b[1:]", "a/b[x:2]", "a[0:1]/b", "b[0:1]", "a/b[1:99999999999999999999]",
    "a/b[1:2] ", "a/b[1: 2]", "a/b[1::2]",
  ])
  func namesOfAnotherFormAreNone(name: String) { #expect(StateFile.Piece(name) == nil) }

  /// Every writer has a run of bytes of its own, one behind the other and behind the header.
  @Test func regions() throws {
    func piece(_ tensor: String, _ elements: Range<Int>) throws -> StateFile.Piece {
      try #require(StateFile.Piece("p/\(tensor)[\(elements.lowerBound):\(elements.upperBound)]"))
    }
    let file = StateFile([
      [try piece("a", 0..<3), try piece("b", 5..<6)], [], [try piece("a", 3..<7)],
    ])
    let start = file.header.count
    #expect(start % 8 == 0)
    #expect(file.regions == [start..<start + 16, start + 16..<start + 16, start + 16..<start + 32])
    #expect(file.bytes == start + 32)
  }

  /// A header with an entry of a name, and bytes behind it.
  private func pieces(
    _ name: String,
    type: String = "F32",
    shape: Int = 2,
    offsets: [Int],
    behind: Int = 8
  ) throws -> [StatePiece] {
    let entry: [String: Any] = ["dtype": type, "shape": [shape], "data_offsets": offsets]
    var text = try JSONSerialization.data(
      withJSONObject: [name: entry],
      options: [.withoutEscapingSlashes]
    )
    while text.count % 8 != 0 { text.append(0x20) }
    let place = try TemporaryFolder()
    var bytes = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
    let header = Data(bytes)
    bytes += [UInt8](repeating: 0, count: behind)
    try place.write(bytes, to: "FILE")
    return try StateFile.pieces(of: try FileReader(place.path(of: "FILE")), header: header)
  }

  @Test func aHeaderThatFits() throws {
    let pieces = try pieces("p/a[3:5]", offsets: [0, 8])
    #expect(pieces.count == 1 && pieces[0].elements == 3..<5)
  }

  /// None of these numbers may be added to another, or multiplied, before it is known to be small.
  @Test(arguments: [
    ("p/a[0:2]", [8, 16]), ("p/a[0:2]", [4, 12]), ("p/a[0:2]", [1, 9]), ("p/a[0:2]", [0, 4]),
    ("p/a[0:3]", [0, 8]), ("p/a[0:2]", [Int.max - 8, Int.max]), ("p/a[0:2]", [0, Int.max]),
    ("p/a[0:\(Int.max)]", [0, 8]), ("p/a[0:\(Int.max)]", [0, Int.max]),
    ("p/a[\(Int.max - 2):\(Int.max)]", [Int.max - 8, Int.max]), ("x", [0, 8]),
    ("p/a[0:2]", [0, Int.max - 7]), ("p/a[0:\(1 << 62)]", [0, 0]),
  ])
  func aHeaderThatDoesNot(name: String, offsets: [Int]) {
    #expect { try pieces(name, offsets: offsets) } throws: { error in
      (error as? Failure)?.kind == .data && "\(error)".contains("FILE")
    }
  }

  @Test func otherNumbersThanFloats() {
    #expect(throws: Failure.self) { try pieces("p/a[0:2]", type: "I32", offsets: [0, 8]) }
  }
}
