import Glibc
import Tensors

/// A file of data, held open and read in pieces: no other file that takes its name is read in its
/// place, and one that is cut short is an error of the read.
///
/// Not as mapped memory: what is cut off there ends the process (SIGBUS).
package final class DataFile: ByteSource {
  /// Where it was opened.
  package let path: String
  /// Its bytes when it was opened, at least one.
  package let size: Int
  /// What no other file of this host has, nor this one after a write: device, number, size and the
  /// time of its last change.
  package let mark: String
  private let descriptor: Int32

  /// Opens a regular file; throws a `.data` failure when it is empty or cannot be read.
  package init(_ path: String) throws(Failure) {
    // A pipe without a writer would otherwise be waited for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.unreadable(path, errno) }
    var status = stat()
    let code = fstat(descriptor, &status) == 0 ? 0 : errno
    let failure: Failure? =
      if code != 0 {
        Self.unreadable(path, code)
      } else if status.st_mode & S_IFMT != S_IFREG {
        Failure(.data, "\(path) is not a regular file")
      } else if status.st_size <= 0 {
        Failure(.data, "\(path) is empty")
      } else {
        nil
      }
    if let failure {
      close(descriptor)
      throw failure
    }
    (self.path, size, self.descriptor) = (path, Int(status.st_size), descriptor)
    let time = status.st_mtim
    mark = "\(status.st_dev):\(status.st_ino):\(size):\(time.tv_sec).\(time.tv_nsec)"
  }

  deinit { close(descriptor) }

  /// Reads the bytes from `offset` on, as many as `bytes` has room for; allocates nothing.
  ///
  /// Throws a `.data` failure that names the file where it cannot be read or has become shorter.
  package func read(at offset: Int, into bytes: UnsafeMutableRawBufferPointer) throws(Failure) {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
      let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Self.unreadable(path, errno) }
      guard count > 0 else {
        throw Failure(
          .data,
          "\(path) was cut short while it was in use: its \(size) bytes end before byte "
            + "\(offset + done + 1) now"
        )
      }
      done += count
    }
  }

  /// All of it as text; throws as `read` does.
  package func text() throws(Failure) -> String {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 1)
    defer { bytes.deallocate() }
    try read(at: 0, into: bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func unreadable(_ path: String, _ code: Int32) -> Failure {
    Failure(.data, "cannot read \(path): \(systemReason(code))")
  }
}
