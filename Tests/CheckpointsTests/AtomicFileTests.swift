import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

struct AtomicFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func contents(_ path: String) -> Data? { FileManager.default.contents(atPath: path) }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  private func expectFailure(
    _ path: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let failure = #expect(throws: Failure.self, sourceLocation: sourceLocation) {
      try AtomicFile.write(Data([1, 2, 3]), to: path)
    }
    #expect(failure?.kind == .file, sourceLocation: sourceLocation)
    #expect(
      failure?.message.hasPrefix("cannot write \(path): ") == true,
      sourceLocation: sourceLocation
    )
  }

  @Test func writesAndReplacesTheWhole() throws {
    let path = folder.path(of: "file")
    let long = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0) })
    for data in [long, Data([1]), Data(), long] {
      try AtomicFile.write(data, to: path)
      #expect(contents(path) == data)
      #expect(try names() == ["file"])
    }
  }

  /// A reader that has the old file open keeps it whole.
  @Test func anOpenReaderKeepsTheOldContents() throws {
    let path = folder.path(of: "file")
    try AtomicFile.write(Data("old".utf8), to: path)
    let reader = try #require(FileHandle(forReadingAtPath: path))
    try AtomicFile.write(Data("newer".utf8), to: path)
    #expect(try reader.readToEnd() == Data("old".utf8))
    #expect(contents(path) == Data("newer".utf8))
  }

  @Test func aMissingFolderIsNamed() throws {
    expectFailure(folder.path(of: "none/file"))
    #expect(try names() == [])
  }

  @Test func aFileInPlaceOfAFolderIsNamed() throws {
    try folder.write([9], to: "file")
    expectFailure(folder.path(of: "file/inside"))
    #expect(contents(folder.path(of: "file")) == Data([9]))
    #expect(try names() == ["file"])
  }

  @Test(.enabled("the superuser may write everywhere") { geteuid() != 0 })
  func anUnwritableFolderIsNamed() throws {
    let manager = FileManager.default
    try manager.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
    defer { try? manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path) }
    expectFailure(folder.path(of: "file"))
    #expect(try names() == [])
  }

  /// The new file is written but cannot take the name: it must not stay behind.
  @Test func aFolderInPlaceOfTheFileLeavesNothingBehind() throws {
    try folder.write([9], to: "file/inside")
    expectFailure(folder.path(of: "file"))
    #expect(try names() == ["file"])
    #expect(contents(folder.path(of: "file/inside")) == Data([9]))
  }

  /// A rename would put a file in the place of /dev/null.
  @Test func aPipeStaysOne() throws {
    let path = folder.path(of: "pipe")
    #expect(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    try AtomicFile.write(Data([1, 2, 3]), to: path)
    var bytes = [UInt8](repeating: 0, count: 8)
    #expect(read(reader, &bytes, 8) == 3 && bytes[..<3] == [1, 2, 3])
    #expect(try names() == ["pipe"])
  }

  @Test func writersOfDifferentFilesDoNotMeet() throws {
    let paths = (0..<8).map { folder.path(of: "file\($0)") }
    let team = threadTeam(size: 4)
    team.run(paths.count) { item, _ in
      for round in 0..<20 {
        try? AtomicFile.write(Data(repeating: UInt8(item), count: 100 * round), to: paths[item])
      }
    }
    for (item, path) in paths.enumerated() {
      #expect(contents(path) == Data(repeating: UInt8(item), count: 1900))
    }
    #expect(try names().count == paths.count)
  }
}
