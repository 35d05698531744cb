import Glibc

/// What stands at a path, links followed.
package struct FileStatus: Sendable {
  private let status: stat

  /// Looks at `path`; nil where there is nothing.
  ///
  /// Throws a failure of `kind` that names the path where the system does not let us look.
  package init?(_ path: String, _ kind: Failure.Kind = .data) throws(Failure) {
    var status = stat()
    if stat(path, &status) != 0 {
      let code = errno
      if code == ENOENT || code == ENOTDIR { return nil }
      throw FileBytes.unreadable(code, path, kind)
    }
    self.status = status
  }

  /// Looks at an open file; nil where `file` is none.
  package init?(of file: Int32) {
    var status = stat()
    if fstat(file, &status) != 0 { return nil }
    self.status = status
  }

  /// Whether it is a folder.
  package var isFolder: Bool { status.st_mode & S_IFMT == S_IFDIR }
  /// Whether it is a file of bytes, no device, pipe or folder.
  package var isRegular: Bool { status.st_mode & S_IFMT == S_IFREG }

  /// Its length.
  package var bytes: Int { Int(status.st_size) }

  /// When it was last changed, in seconds and nanoseconds.
  package var changed: String { "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)" }

  /// Its number on its file system.
  package var number: UInt64 { UInt64(status.st_ino) }

  /// Whether both are one and the same file.
  package func isSame(as other: FileStatus) -> Bool {
    status.st_dev == other.status.st_dev && status.st_ino == other.status.st_ino
  }
}
