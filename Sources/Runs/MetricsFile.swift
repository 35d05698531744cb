/// A text file of metrics; every row is written at once, so the file can be followed.
public final class MetricsFile: MetricsSink {
  private let format: MetricsFormat
  private let file: LogFile

  /// Opens the file, emptied unless the run `continues` one; throws `Failure` (.file).
  public init(_ path: String, _ format: MetricsFormat, continues: Bool = false) throws {
    self.format = format
    file = try LogFile(path, continues: continues)
  }

  /// Appends a row.
  ///
  /// Throws `Failure` (.file): on a full disk, say, and where the file is no longer at its path, so
  /// that nobody would see the row.
  public func append(_ row: MetricsRow) throws {
    let header = file.isEmpty ? format.header(for: row) : nil
    try file.append([header, format.line(row), ""].compactMap { $0 }.joined(separator: "\n"))
  }

  /// Takes away all from the first row of a step after `step` on, and a last line that is cut
  /// short.
  ///
  /// Throws `Failure`: .data where a line is no row, .file where the file cannot be changed.
  public func cut(after step: Int) throws {
    let (start, rows) = try Self.read(file.path, format)
    try file.cut(at: rows.prefix { $0.row.step <= step }.last?.end ?? start)
  }
}
