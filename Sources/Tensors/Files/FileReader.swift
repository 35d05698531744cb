import Glibc

/// A file that is open for reading at any place, whatever becomes of its name.
package final class FileReader: Sendable {
  /// The path that it was opened at.
  package let path: String
  /// Its length when it was opened.
  package let bytes: Int

  private let file: Int32

  /// Opens a file.
  ///
  /// Throws `Failure` that names `path`: .data where there is none, .file where the system refuses.
  package init(_ path: String) throws(Failure) {
    self.path = path
    file = open(path, O_RDONLY | O_CLOEXEC)
    if file < 0 {
      let code = errno
      if code == ENOENT { throw Failure(.data, "\(path) is missing.") }
      throw FileBytes.unreadable(code, path, .file)
    }
    var status = stat()
    bytes = fstat(file, &status) == 0 ? Int(status.st_size) : 0
  }

  deinit { if file >= 0 { close(file) } }

  /// Reads as many bytes as `bytes` has room for, from the byte `start` on.
  ///
  /// Throws `Failure` that names the path: .data where there are fewer, .file where the system cannot
  /// read them.
  package func read(
    into bytes: UnsafeMutableRawBufferPointer,
    at start: Int
  ) throws(Failure) {
    var done = 0
    while done < bytes.count {
      let rest = bytes.baseAddress?.advanced(by: done)
      let n = pread(file, rest, bytes.count - done, off_t(start + done))
      if n < 0 && errno == EINTR { continue }
      if n < 0 { throw FileBytes.unreadable(errno, path, .file) }
      if n == 0 { throw Failure(.data, "\(path) is cut short.") }
      done += n
    }
  }
}
