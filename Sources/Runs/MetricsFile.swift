import Checkpoints
import Glibc
import Tensors

/// A text file of metrics; every row is written at once, so the file can be followed.
public final class MetricsFile: MetricsSink {
  private let path: String
  private let format: MetricsFormat
  private let file: Int32
  private var isEmpty: Bool

  /// Opens the file, emptied unless the run `continues` one; throws `Failure` (.file).
  public init(_ path: String, _ format: MetricsFormat, continues: Bool = false) throws {
    (self.path, self.format) = (path, format)
    let flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | (continues ? 0 : O_TRUNC)
    file = open(path, flags, 0o644)
    let code = errno
    isEmpty = file < 0 || lseek(file, 0, SEEK_END) <= 0
    if file < 0 { throw FileBytes.unwritable(code, path) }
  }

  deinit { if file >= 0 { close(file) } }

  /// Appends a row.
  ///
  /// Throws `Failure` (.file): on a full disk, say, and where the file is no longer at its path, so
  /// that nobody would see the row.
  public func append(_ row: MetricsRow) throws {
    let header = isEmpty ? format.header(for: row) : nil
    let text = [header, format.line(row), ""].compactMap { $0 }.joined(separator: "\n")
    var copy = text
    try copy.withUTF8 { try FileBytes.write(UnsafeRawBufferPointer($0), to: file, of: path) }
    isEmpty = false
    try checkPath()
  }

  /// Takes away all from the first row of a step after `step` on, and a last line that is cut
  /// short.
  ///
  /// Throws `Failure`: .data where a line is no row, .file where the file cannot be changed.
  public func cut(after step: Int) throws {
    let (start, rows) = try Self.read(path, format)
    let end = rows.prefix { $0.row.step <= step }.last?.end ?? start
    if ftruncate(file, off_t(end)) != 0 { throw FileBytes.unwritable(errno, path) }
    isEmpty = end == 0
  }

  /// Throws where the path leads to another file than the open one, or to none.
  private func checkPath() throws {
    guard let found = try FileStatus(path, .file) else { throw FileBytes.unwritable(ENOENT, path) }
    if let own = FileStatus(of: file), !own.isSame(as: found) {
      throw Failure(.file, "cannot write \(path): another file has taken its place.")
    }
  }
}
