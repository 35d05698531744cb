import Containers
import Foundation
import TestSupport
import Tensors
import Testing

struct UnpackedBytesTests {
  @Test func whatLiesBehindTheEndIsAnError() throws {
    let folder = try TemporaryFolder()
    let path = folder.path(of: "file")
    try Data([1, 2, 3]).write(to: URL(filePath: path))
    let bytes = UnpackedBytes([1, 2, 3, 4], of: try DataFile(path))
    #expect(try bytes.bytes(at: 1, count: 3) == [2, 3, 4])
    #expect(throws: Failure.self) { try bytes.bytes(at: 2, count: 3) }
  }
}
