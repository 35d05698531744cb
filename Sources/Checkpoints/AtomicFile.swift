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
