import Foundation
import Tensors

/// Writes whole files so that a reader sees the old one or the new one, never a part.
public enum AtomicFile {
  /// Ends the name of a file that is being written, before random digits; what a killed program
  /// leaves of it is of no use.
  package static let unfinished = ".writing-"

  /// Writes beside the target, flushes to disk, renames, and flushes the folder; a device or a pipe
  /// gets the bytes as they are.
  ///
  /// What is not `flushed` may be the old file again, or none, when the machine has lost power.
  /// Throws `Failure` (.file) that names the path.
  public static func write(_ data: Data, to path: String, flushed: Bool = true) throws {
    if let status = try FileStatus(path, .file), !status.isRegular, !status.isFolder {
      // A rename would put a file in the place of /dev/null.
      return try write(data, into: path, O_WRONLY, for: path, flushed: false)
    }
    // Not the process number: two hosts may have the same.
    let temporary = "\(path)\(unfinished)\(UInt32.random(in: .min ... .max))"
    do {
      try write(data, into: temporary, O_WRONLY | O_CREAT | O_TRUNC, for: path, flushed: flushed)
      if rename(temporary, path) != 0 { throw FileBytes.unwritable(errno, path) }
    } catch {
      unlink(temporary)
      throw error
    }
    guard flushed else { return }
    try Flush.folder(Paths.parent(of: path))
  }

  /// Tries whether `write` could write there, and leaves what is there as it is.
  ///
  /// Throws `Failure` (.file) that names the path and the system's reason. For what is written at the
  /// end of something long.
  public static func admit(_ path: String) throws {
    if let status = try FileStatus(path, .file), !status.isRegular {
      if status.isFolder { throw FileBytes.unwritable(EISDIR, path) }
      // Opening a pipe would wait for its reader.
      if access(path, W_OK) != 0 { throw FileBytes.unwritable(errno, path) }
      return
    }
    let temporary = "\(path)\(unfinished)\(UInt32.random(in: .min ... .max))"
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    if file < 0 { throw FileBytes.unwritable(errno, path) }
    close(file)
    unlink(temporary)
  }

  private static func write(
    _ data: Data,
    into place: String,
    _ flags: Int32,
    for path: String,
    flushed: Bool
  ) throws {
    let file = open(place, flags | O_CLOEXEC, 0o644)
    if file < 0 { throw FileBytes.unwritable(errno, path) }
    defer { close(file) }
    try data.withUnsafeBytes { try FileBytes.write($0, to: file, of: path) }
    if flushed, fsync(file) != 0 { throw FileBytes.unwritable(errno, path) }
  }
}
