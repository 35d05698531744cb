import Foundation
import Tensors

/// Writes whole files so that a reader sees the old one or the new one, never a part.
public enum AtomicFile {
  /// Writes beside the target, flushes to disk, renames, and flushes the folder.
  ///
  /// What is not `flushed` may be the old file again, or none, when the machine has lost power.
  /// Throws `Failure` (.file) that names the path.
  public static func write(_ data: Data, to path: String, flushed: Bool = true) throws {
    // Not the process number: two hosts may have the same.
    let temporary = "\(path).writing-\(UInt32.random(in: .min ... .max))"
    do {
      try write(data, temporary, for: path, flushed: flushed)
    } catch {
      unlink(temporary)
      throw error
    }
    if rename(temporary, path) != 0 {
      let failure = FileBytes.failure(errno, of: path)
      unlink(temporary)
      throw failure
    }
    guard flushed else { return }
    let parent = (path as NSString).deletingLastPathComponent
    let folder = open(parent.isEmpty ? "." : parent, O_RDONLY | O_DIRECTORY)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// Tries whether `write` could write there, and leaves what is there as it is.
  ///
  /// Throws `Failure` (.file) that names the path and the system's reason. For what is written at the
  /// end of something long.
  public static func admit(_ path: String) throws {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      if status.st_mode & S_IFMT == S_IFDIR { throw FileBytes.failure(EISDIR, of: path) }
      // A device would be replaced, not written.
      throw Failure(.file, "cannot write \(path): it is no regular file.")
    }
    let temporary = "\(path).writing-\(UInt32.random(in: .min ... .max))"
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    if file < 0 { throw FileBytes.failure(errno, of: path) }
    close(file)
    unlink(temporary)
  }

  private static func write(
    _ data: Data,
    _ temporary: String,
    for path: String,
    flushed: Bool
  ) throws {
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    if file < 0 { throw FileBytes.failure(errno, of: path) }
    defer { close(file) }
    try FileBytes.write(data, to: file, of: path)
    if flushed, fsync(file) != 0 { throw FileBytes.failure(errno, of: path) }
  }
}
