import Glibc
import Tensors

/// A file as read-only memory, so that all processes of a node share one copy in the page cache.
///
/// Unchecked, because the memory is never written and stays mapped until the last reference goes.
final class MappedFile: @unchecked Sendable {
  /// Where it was opened.
  let path: String
  /// Its bytes, at least one.
  let bytes: UnsafeRawBufferPointer

  /// Maps a regular file; throws a `.data` failure when it is empty or cannot be read.
  init(_ path: String) throws(Failure) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.unreadable(path, errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Self.unreadable(path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(.data, "\(path) is not a regular file")
    }
    guard status.st_size > 0 else { throw Failure(.data, "\(path) is empty") }
    let mapped = mmap(nil, Int(status.st_size), PROT_READ, MAP_SHARED, descriptor, 0)
    guard let mapped, mapped != MAP_FAILED else { throw Self.unreadable(path, errno) }
    self.path = path
    bytes = UnsafeRawBufferPointer(start: mapped, count: Int(status.st_size))
  }

  deinit {
    munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
  }

  private static func unreadable(_ path: String, _ code: Int32) -> Failure {
    Failure(.data, "cannot read \(path): \(String(cString: strerror(code)))")
  }
}
