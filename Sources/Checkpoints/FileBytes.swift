import Foundation
import Tensors

/// Bytes to open files, and what is said when the system refuses them.
package enum FileBytes {
  /// Writes all of `data` to a file descriptor; throws `Failure` (.file) that names `path`.
  package static func write(_ data: Data, to file: Int32, of path: String) throws {
    try data.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let n = Glibc.write(file, bytes.baseAddress?.advanced(by: done), bytes.count - done)
        if n < 0 && errno == EINTR { continue }
        if n < 0 { throw failure(errno, of: path) }
        done += n
      }
    }
  }

  /// The failure for the system's error `code` while `path` was written.
  package static func failure(_ code: Int32, of path: String) -> Failure {
    Failure(.file, "cannot write \(path): \(String(cString: strerror(code))).")
  }
}
