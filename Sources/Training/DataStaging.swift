import Collectives
import Foundation
import Tensors

/// Copies the data into a folder of each host before they are opened, so that what is read again
/// and again comes from a disk of its own.
///
/// The first rank of a host copies, into a folder named for the files' names, lengths and times of
/// change, under another name until all is there; a copy that is there already is used again.
package struct DataStaging {
  /// Where the data lie for this rank now.
  package let path: String
  /// What was copied, for people; on rank 0.
  package let note: String?

  /// Bytes that are copied at a time.
  private static let chunk = 4 << 20

  /// A copy that a host has.
  private struct Copy {
    let path: String
    let bytes: Int
    /// Whether it was made now.
    let isNew: Bool
  }

  /// Copies what lies at `path` under `folder`, nil for data that stay where they are; every rank
  /// calls it, and for each host counts what its first rank was told.
  ///
  /// Throws the same `Failure` on all ranks: .data where files cannot be read, .file where they
  /// cannot be written or came out different, or there is no room.
  package init(_ path: String, to folder: String?, _ communicator: any Communicator) throws {
    let (rank, hosts) = (communicator.rank, communicator.hosts)
    let leader = hosts.firstIndex(of: hosts[rank]) ?? rank
    let clock = ContinuousClock()
    let began = clock.now
    let copy = try communicator.together { () throws(Failure) -> Copy? in
      guard rank == leader, let folder else { return nil }
      do throws(Failure) {
        return try Self.copy(path, under: folder)
      } catch {
        throw Failure(error.kind, "--stage-to \(folder): \(error.message)")
      }
    }
    let paths = try communicator.allGather(copy?.path ?? "")
    let made = try communicator.allGather(copy?.isNew == true ? "yes" : "").filter { !$0.isEmpty }
    self.path = paths[leader].isEmpty ? path : paths[leader]
    guard rank == 0, let copy else {
      note = nil
      return
    }
    let size = "\(FreeSpace.text(Double(copy.bytes))) of \(path)"
    let seconds = String(format: "%.1f", (clock.now - began) / .seconds(1))
    note =
      made.isEmpty
      ? "\(size) were staged already: \(copy.path)"
      : "staged \(size) on \(made.count) host\(made.count == 1 ? "" : "s") in \(seconds) s: "
        + copy.path
  }

  /// Copies what lies at `path`, unless it is under `folder` already.
  private static func copy(_ path: String, under folder: String) throws(Failure) -> Copy {
    let tree = try FileTree(path)
    let place = "\(folder)/adamw-ddp-data-\(key(of: tree))"
    let name = Paths.components(path).last.map(String.init) ?? "data"
    let isNew = try copy(tree, to: place, name)
    return Copy(path: "\(place)/\(name)", bytes: tree.bytes, isNew: isNew)
  }

  /// A word that other data, or the same ones after a change, do not have.
  private static func key(of tree: FileTree) -> String {
    let text = tree.files.map { "\($0.name)\0\($0.bytes)\0\($0.changed)" }.joined(separator: "\0")
    var all = Paths.absolute(tree.path) + "\0" + text
    let hash = all.withUTF8 { XXH64.hash(UnsafeRawBufferPointer($0)) }
    return String(hash, radix: 16)
  }

  /// Copies the files to `place`/`name`, unless they are there; whether it did.
  private static func copy(
    _ tree: FileTree,
    to place: String,
    _ name: String
  ) throws(Failure) -> Bool {
    if try FileStatus(place, .file) != nil {
      let staged = try FileTree("\(place)/\(name)")
      let isWhole =
        staged.files.map(\.name) == tree.files.map(\.name)
        && staged.files.map(\.bytes) == tree.files.map(\.bytes)
      if isWhole { return false }
      throw Failure(.file, "\(place) is no whole copy of \(tree.path): remove it")
    }
    let space = FreeSpace(at: place)
    if let space, space.bytes < Double(tree.bytes) {
      throw Failure(
        .file,
        "\(tree.path) has \(FreeSpace.text(Double(tree.bytes))), and there is room for "
          + "\(FreeSpace.text(space.bytes))"
      )
    }
    let unfinished = "\(place).tmp-\(getpid())"
    defer { remove(tree, unfinished, name) }
    for file in tree.files {
      let target = tree.path(of: file, under: "\(unfinished)/\(name)")
      let code = Paths.makeFolder(Paths.parent(of: target))
      if code != 0 { throw FileBytes.unwritable(code, Paths.parent(of: target)) }
      let written = try copy(tree.path(of: file), file.bytes, to: target)
      guard try hash(target, file.bytes) == written else {
        throw Failure(.file, "\(target) came out different from \(tree.path(of: file))")
      }
    }
    // Where another job was faster its copy is as good.
    if rename(unfinished, place) != 0, errno != EEXIST, errno != ENOTEMPTY {
      throw FileBytes.unwritable(errno, place)
    }
    return true
  }

  /// Takes away what there is of an unfinished copy, as far as that goes.
  private static func remove(_ tree: FileTree, _ unfinished: String, _ name: String) {
    for file in tree.files {
      var path = tree.path(of: file, under: "\(unfinished)/\(name)")
      unlink(path)
      while path != unfinished {
        path = Paths.parent(of: path)
        rmdir(path)
      }
    }
  }

  /// Copies a file; the hash of its bytes.
  private static func copy(
    _ source: String,
    _ bytes: Int,
    to target: String
  ) throws(Failure) -> UInt64 {
    let file = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw FileBytes.unwritable(errno, target) }
    defer { close(file) }
    return try hash(source, bytes) { piece throws(Failure) in
      try FileBytes.write(piece, to: file, of: target)
    }
  }

  /// The hash of a file's first `bytes` bytes, each piece of which `each` gets.
  private static func hash(
    _ path: String,
    _ bytes: Int,
    each: (UnsafeRawBufferPointer) throws(Failure) -> Void = { _ in }
  ) throws(Failure) -> UInt64 {
    let file = try FileReader(path)
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 8)
    defer { room.deallocate() }
    var hash = UInt64(0)
    for start in stride(from: 0, to: bytes, by: chunk) {
      let piece = UnsafeMutableRawBufferPointer(rebasing: room[..<min(chunk, bytes - start)])
      try file.read(into: piece, at: start)
      hash = XXH64.hash(UnsafeRawBufferPointer(piece), seed: hash)
      try each(UnsafeRawBufferPointer(piece))
    }
    return hash
  }
}
