import Foundation
import Tensors
import TestSupport
import Testing

/// Files and paths are what the kernel takes them for, and errors are said in its words.
struct FilesTests {
  @Test func aFileIsReadWhole() throws {
    let place = try TemporaryFolder()
    for count in [0, 1, 4096, 100_000] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
      try place.write(bytes, to: "file")
      #expect(try FileBytes.read(place.path(of: "file")) == bytes)
      #expect(try FileBytes.read(place.path(of: "file"), most: 5000) == Array(bytes.prefix(5000)))
    }
  }

  /// Files of /proc say that they have no bytes.
  @Test func aFileWithoutASizeIsReadWhole() throws {
    let text = String(decoding: try FileBytes.read("/proc/self/status"), as: UTF8.self)
    #expect(text.hasPrefix("Name:") && text.contains("VmSize:") && text.hasSuffix("\n"))
  }

  @Test func whatCannotBeReadIsNamedWithTheReason() throws {
    let place = try TemporaryFolder()
    try place.write([1], to: "file")
    for (name, reason) in [
      ("none", "No such file or directory"), ("file/inside", "Not a directory"),
      ("", "Is a directory"),
    ] {
      let path = place.path(of: name)
      let failure = #expect(throws: Failure.self) { try FileBytes.read(path) }
      #expect(failure?.message == "cannot read \(path): \(reason).")
    }
  }

  /// Whoever shares a pipe may have made it one that does not wait.
  @Test func aPipeThatDoesNotWaitGetsAll() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let (reader, writer) = (ends[0], ends[1])
    _ = fcntl(writer, F_SETFL, O_NONBLOCK)
    // More than a pipe holds.
    let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
    nonisolated(unsafe) var (code, seen): (Int32, [UInt8]) = (-1, [])
    threadTeam(size: 2).run(2) { item, _ in
      if item == 0 {
        code = bytes.withUnsafeBytes { FileBytes.write($0, to: writer) }
        close(writer)
      } else {
        seen = (try? FileBytes.read("/dev/fd/\(reader)")) ?? []
      }
    }
    close(reader)
    #expect(code == 0 && seen == bytes)
  }

  @Test(arguments: [
    ("/a/../b", "/a/../b"), ("link/../b", "HERE/link/../b"), ("~", "HERE/~"), ("~/a", "HERE/~/a"),
    ("./a//b/", "HERE/./a//b/"),
  ])
  func aPathIsMadeAbsoluteAndNothingElse(path: String, absolute: String) throws {
    let here = FileManager.default.currentDirectoryPath
    #expect(Paths.absolute(path) == absolute.replacingOccurrences(of: "HERE", with: here))
  }

  @Test(arguments: [
    ("a", "."), ("a/b", "a"), ("/a", "/"), ("/", "/"), ("a/b/", "a"), ("../a", ".."), ("", "."),
    ("a//b", "a/"),
  ])
  func theParent(path: String, parent: String) { #expect(Paths.parent(of: path) == parent) }

  /// Only what is not there is nothing.
  @Test func whatStandsAtAPathIsSeen() throws {
    let place = try TemporaryFolder()
    try place.write([1], to: "file")
    let file = try #require(try FileStatus(place.path(of: "file")))
    let folder = try #require(try FileStatus(place.path))
    #expect(file.isRegular && !file.isFolder && folder.isFolder && !folder.isRegular)
    #expect(!file.isSame(as: folder))
    for name in ["none", "file/inside"] {
      #expect(try FileStatus(place.path(of: name)) == nil, "\(name)")
    }
    let loop = place.path(of: "loop")
    symlink("loop", loop)
    let failure = #expect(throws: Failure.self) { try FileStatus(loop, .file) }
    #expect(failure?.message == "cannot read \(loop): Too many levels of symbolic links.")
    #expect(failure?.kind == .file)
  }

  @Test func foldersAreMadeWithTheirParents() throws {
    let place = try TemporaryFolder()
    try place.write([1], to: "file")
    for name in ["a", "a", "b/c/d", "b/c/d/", "e//f"] {
      #expect(Paths.makeFolder(place.path(of: name)) == 0, "\(name)")
      #expect(try FileStatus(place.path(of: name))?.isFolder == true)
    }
    #expect(Paths.makeFolder(place.path(of: "file")) == EEXIST)
    #expect(Paths.makeFolder(place.path(of: "file/a/b")) == ENOTDIR)
    #expect(Paths.makeFolder("") == ENOENT)
  }
}
