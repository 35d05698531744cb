import Glibc
import Tensors

/// Who has a run folder to himself: an open file in it that the system holds locked until the
/// program ends, however it ends.
///
/// flock is a lock of the file system: local, and on NFS since Linux 2.6.12 and Lustre mounted with
/// "flock" for all hosts. What a killed program leaves is a file that nobody has locked.
package final class FolderLock: Sendable {
  /// What came of an attempt.
  package enum Attempt {
    /// The folder is ours while the lock lives.
    case taken(FolderLock)
    /// Another program has it: "process 12 on HOST" as far as it has said so, else nil.
    case inUse(by: String?)
    /// The file system knows no locks, for this reason of the system's.
    case impossible(String)
  }

  /// The file's name in the folder.
  static let name = ".lock"

  private let path: String
  private let file: Int32

  /// Tries to take `folder` for the program that says it is `owner`.
  ///
  /// Throws `Failure` (.file) that names the file where it cannot be made.
  package static func take(_ folder: String, owner: String) throws -> Attempt {
    let path = "\(folder)/\(name)"
    // Whoever only asks for the holder has the lock for a moment.
    var tries = 5
    while true {
      // For reading too: there is who has it.
      let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
      if file < 0 { throw FileBytes.unwritable(errno, path) }
      var code: Int32
      repeat { code = flock(file, LOCK_EX | LOCK_NB) == 0 ? 0 : errno } while code == EINTR
      if code != 0 {
        let other = text(of: file)
        close(file)
        if code != EWOULDBLOCK { return .impossible(systemReason(code)) }
        tries -= 1
        if tries == 0 { return .inUse(by: other) }
        usleep(10_000)
        continue
      }
      // Who had it may have taken the file away between our open and our lock.
      let isThere: Bool
      do {
        isThere = try Self.isNamed(path, file)
      } catch {
        close(file)
        throw error
      }
      if isThere { return .taken(FolderLock(path, file, owner)) }
      close(file)
    }
  }

  /// Who has a folder to himself, nil where nobody has; nothing is written.
  package static func holder(of folder: String) -> String? {
    let file = open("\(folder)/\(name)", O_RDWR | O_CLOEXEC)
    if file < 0 { return nil }
    defer { close(file) }
    if flock(file, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK { return nil }
    return text(of: file) ?? "another program"
  }

  private init(_ path: String, _ file: Int32, _ owner: String) {
    (self.path, self.file) = (path, file)
    var text = owner + "\n"
    // For people alone: the lock holds without.
    _ = ftruncate(file, 0)
    text.withUTF8 { _ = FileBytes.write(UnsafeRawBufferPointer($0), to: file) }
  }

  /// The file's number on its file system, which no other run's lock has while this one lives.
  package var number: UInt64 { FileStatus(of: file)?.number ?? 0 }

  /// The number of the lock that lies in a folder, whoever has it; nil where there is none.
  package static func number(in folder: String) -> UInt64? {
    (try? FileStatus("\(folder)/\(name)", .file))?.number
  }

  deinit {
    // Where the folder was moved, another run's may stand there. While it is locked: a newcomer who
    // has it open sees that it has lost its name.
    if (try? Self.isNamed(path, file)) == true { unlink(path) }
    close(file)
  }

  /// Whether the open file is the one of that name.
  private static func isNamed(_ path: String, _ file: Int32) throws(Failure) -> Bool {
    guard let own = FileStatus(of: file), let found = try FileStatus(path, .file) else {
      return false
    }
    return own.isSame(as: found)
  }

  private static func text(of file: Int32) -> String? {
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = pread(file, &bytes, bytes.count, 0)
    let line = String(decoding: bytes.prefix(max(0, count)).prefix { $0 != 10 }, as: UTF8.self)
    return line.isEmpty ? nil : line
  }
}
