import Containers
import Tensors
import TestSupport
import Testing

/// Against what NumPy and gzip wrote.
struct IDXFileTests {
  @Test(arguments: ["grey-idx3", "grey-idx3.gz"])
  func greyImages(name: String) throws {
    let source = try SourceFile(golden: name)
    let file = try IDXFile(source.file)
    #expect(file.shape == [3, 4, 5])
    let bytes = try file.source.bytes(at: file.offset, count: 60)
    #expect(bytes == (0..<60).map { UInt8(truncatingIfNeeded: 7 * $0) })
  }

  @Test(
    arguments: [
      ([0, 0, 8, 1, 0, 0, 0, 2, 7], "its header asks for 2 bytes behind byte 8, and 1 are there"),
      ([0, 0, 8, 1, 0, 0, 0, 0], "byte 4 has the size 0"),
      (
        [0, 0, 8, 3] + Array(repeating: 255, count: 12),
        "byte 8 has the size 4294967295"
      ),
      (
        [0, 0, 13, 1, 0, 0, 0, 1, 0],
        "byte 2 is 13, for elements that are not of one byte, which is 8"
      ),
      ([0, 0, 8, 0], "byte 3 asks for 0 sizes, not for 1 to 4"),
      ([0, 0, 8, 9], "byte 3 asks for 9 sizes, not for 1 to 4"),
    ] as [([UInt8], String)]
  )
  func malformed(bytes: [UInt8], text: String) throws {
    let source = try SourceFile(bytes)
    #expect(sentence { try IDXFile(source.file) } == "\(source.path): \(text)")
    let packed = try SourceFile(deflated(bytes, gzip: true))
    #expect(sentence { try IDXFile(packed.file) } == "\(packed.path): \(text)")
  }

  @Test func others() throws {
    for bytes in [[1, 0, 8, 1], [0, 0, 8], [0, 0, 8, 2, 0, 0, 0, 1]] as [[UInt8]] {
      let source = try SourceFile(bytes)
      #expect(sentence { try IDXFile(source.file) }?.hasPrefix(source.path) == true)
    }
  }
}
