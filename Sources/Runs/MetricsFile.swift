import Checkpoints
import Foundation
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
    isEmpty = file < 0 || lseek(file, 0, SEEK_END) <= 0
    if file < 0 { throw FileBytes.failure(errno, of: path) }
  }

  deinit { if file >= 0 { close(file) } }

  /// Appends a row; throws `Failure` (.file), on a full disk say.
  public func append(_ row: MetricsRow) throws {
    let header = isEmpty ? format.header(for: row) : nil
    let text = [header, format.line(row), ""].compactMap { $0 }.joined(separator: "\n")
    try FileBytes.write(Data(text.utf8), to: file, of: path)
    isEmpty = false
  }

  /// Takes away all from the first row of a step after `step` on, and a last line that is cut
  /// short.
  ///
  /// Throws `Failure`: .data where a line is no row, .file where the file cannot be changed.
  public func cut(after step: Int) throws {
    let (start, rows) = try Self.read(path, format)
    let end = rows.prefix { $0.row.step <= step }.last?.end ?? start
    if ftruncate(file, off_t(end)) != 0 { throw FileBytes.failure(errno, of: path) }
    isEmpty = end == 0
  }
}
