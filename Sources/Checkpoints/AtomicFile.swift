import Foundation
import Tensors

/// Writes whole files so that a reader sees the old one or the new one, never a part.
public enum AtomicFile {
  /// Writes beside the target, flushes to disk, renames, and flushes the folder; throws `Failure` (.file) that names the path.
  public static func write(_ data: Data, to path: String) throws {
    // Not the process number: two hosts may have the same.
    let temporary = "\(path).writing-\(UInt32.random(in: .min ... .max))"
    do {
      try writeAndFlush(data, temporary, for: path)
    } catch {
      unlink(temporary)
      throw error
    }
    if rename(temporary, path) != 0 {
      let reason = String(cString: strerror(errno))
      unlink(temporary)
      throw Failure(.file, "cannot write \(path): \(reason).")
    }
    let parent = (path as NSString).deletingLastPathComponent
    let folder = open(parent.isEmpty ? "." : parent, O_RDONLY | O_DIRECTORY)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  private static func writeAndFlush(_ data: Data, _ temporary: String, for path: String) throws {
    func failure(_ code: Int32) -> Failure {
      Failure(.file, "cannot write \(path): \(String(cString: strerror(code))).")
    }
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    if file < 0 { throw failure(errno) }
    defer { close(file) }
    try data.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let n = Glibc.write(file, bytes.baseAddress?.advanced(by: done), bytes.count - done)
        if n < 0 && errno == EINTR { continue }
        if n < 0 { throw failure(errno) }
        done += n
      }
    }
    if fsync(file) != 0 { throw failure(errno) }
  }
}
