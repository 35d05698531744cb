import Glibc

/// Brings to disk what only the system knows yet.
package enum Flush {
  /// The names in a folder: what was made, renamed or taken away in it.
  ///
  /// Throws `Failure` (.file) that names it; a file system that knows no such thing does it anyway.
  package static func folder(_ path: String) throws(Failure) {
    try flush(path, O_DIRECTORY)
  }

  /// What was written to a file, whoever has it open; throws as `folder` does, and nothing where there
  /// is none.
  package static func file(_ path: String) throws(Failure) {
    if try FileStatus(path, .file) != nil { try flush(path, 0) }
  }

  private static func flush(_ path: String, _ flags: Int32) throws(Failure) {
    let file = open(path, O_RDONLY | O_CLOEXEC | flags)
    if file < 0 {
      // What may be written to and not read cannot be flushed.
      if errno == EACCES { return }
      throw FileBytes.unwritable(errno, path)
    }
    let code = fsync(file) == 0 ? 0 : errno
    close(file)
    if code != 0, ![EINVAL, EBADF, ENOTSUP, ENOSYS].contains(code) {
      throw FileBytes.unwritable(code, path)
    }
  }
}
