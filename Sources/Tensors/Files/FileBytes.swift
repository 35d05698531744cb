import Glibc

/// Bytes from files and to them, and what is said where the system refuses: path and reason.
package enum FileBytes {
  /// The bytes of a file, its first `most` where there are more; throws a failure of `kind` that
  /// names `path`, as `name` where one is given.
  package static func read(
    _ path: String,
    _ kind: Failure.Kind = .data,
    as name: String? = nil,
    most: Int = .max - 1
  ) throws(Failure) -> [UInt8] {
    let name = name ?? path
    let file = open(path, O_RDONLY | O_CLOEXEC)
    if file < 0 { throw unreadable(errno, name, kind) }
    defer { close(file) }
    var status = stat()
    // A guess that files of /proc do not keep.
    let size = fstat(file, &status) == 0 ? min(most, max(0, Int(status.st_size))) : 0
    var bytes = [UInt8](repeating: 0, count: size + 1)
    var done = 0
    while done < most {
      if done == bytes.count { bytes += [UInt8](repeating: 0, count: max(4096, done)) }
      let n = bytes.withUnsafeMutableBytes {
        Glibc.read(file, $0.baseAddress?.advanced(by: done), $0.count - done)
      }
      if n < 0 && errno == EINTR { continue }
      if n < 0 { throw unreadable(errno, name, kind) }
      if n == 0 { break }
      done += n
    }
    bytes.removeLast(bytes.count - min(done, most))
    return bytes
  }

  /// Writes all bytes to a file descriptor; throws `Failure` (.file) that names `path`.
  package static func write(
    _ bytes: UnsafeRawBufferPointer,
    to file: Int32,
    of path: String
  ) throws(Failure) {
    let code = write(bytes, to: file)
    if code != 0 { throw unwritable(code, path) }
  }

  /// Writes all bytes to a file descriptor; returns the system's error, 0 where there is none.
  package static func write(_ bytes: UnsafeRawBufferPointer, to file: Int32) -> Int32 {
    var done = 0
    while done < bytes.count {
      let n = Glibc.write(file, bytes.baseAddress?.advanced(by: done), bytes.count - done)
      if n >= 0 {
        done += n
      } else if errno == EAGAIN {
        // Somebody who has the same pipe or terminal does not want to wait for it.
        var wait = pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
        poll(&wait, 1, -1)
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }

  /// Writes all bytes to a file from its byte `start` on; returns the system's error, 0 where there
  /// is none.
  package static func write(
    _ bytes: UnsafeRawBufferPointer,
    to file: Int32,
    at start: Int
  ) -> Int32 {
    var done = 0
    while done < bytes.count {
      let rest = bytes.baseAddress?.advanced(by: done)
      let n = pwrite(file, rest, bytes.count - done, off_t(start + done))
      if n < 0 && errno == EINTR { continue }
      if n < 0 { return errno }
      // A file that takes nothing would keep us here for ever.
      if n == 0 { return ENOSPC }
      done += n
    }
    return 0
  }

  /// The failure for the system's error `code` while `path` was written.
  package static func unwritable(_ code: Int32, _ path: String) -> Failure {
    Failure(.file, "cannot write \(path): \(systemReason(code)).")
  }

  /// The failure for the system's error `code` while `path` was read.
  package static func unreadable(
    _ code: Int32,
    _ path: String,
    _ kind: Failure.Kind = .data
  ) -> Failure {
    Failure(kind, "cannot read \(path): \(systemReason(code)).")
  }
}

/// The system's words for one of its errors.
package func systemReason(_ code: Int32) -> String { String(cString: strerror(code)) }
