import Tensors

extension MetricsFile {
  /// The rows of a .csv or .jsonl file; a last line that is cut short is left out.
  ///
  /// What was not finite comes back as NaN where it must be there, as nil where it may be missing.
  /// Throws `Failure` (.data) where the file is missing or a line is no row.
  public static func rows(of path: String) throws -> [MetricsRow] {
    guard
      let format = MetricsFormat(rawValue: path.split(separator: ".").last.map(String.init) ?? "")
    else {
      throw Failure(.data, "\(path): metrics are .csv or .jsonl files.")
    }
    return try read(path, format).rows.map(\.row)
  }

  /// The rows of a run folder.
  ///
  /// Throws `Failure` (.data) where they are missing, damaged, or of a newer program whose columns
  /// may mean something else.
  public static func rows(ofRun folder: String) throws -> [MetricsRow] {
    struct Record: Decodable { let metricsSchema: Int? }
    let file = "\(folder)/\(RunRecord.name)"
    let schema = try JSONFile.read(Record.self, from: file).metricsSchema ?? 1
    guard schema <= MetricsRow.schema else {
      throw Failure(
        .data,
        "\(file): the metrics are of schema \(schema), and this program reads up to "
          + "\(MetricsRow.schema)."
      )
    }
    return try rows(of: "\(folder)/\(MetricsFormat.jsonl.name)")
  }

  /// Where the first row starts, and every row with the byte behind it.
  static func read(
    _ path: String,
    _ format: MetricsFormat
  ) throws -> (start: Int, rows: [(row: MetricsRow, end: Int)]) {
    var (header, start): (String?, Int) = (nil, 0)
    var rows: [(row: MetricsRow, end: Int)] = []
    for (number, (text, end)) in try LogFile.lines(of: path).enumerated() {
      let line = String(text)
      if format == .csv && header == nil && line.split(separator: ",").contains("step") {
        (header, start) = (line, end)
      } else if let row = format.row(line, header: header) {
        rows.append((row, end))
      } else {
        throw Failure(.data, "\(path): line \(number + 1) is no row of metrics.")
      }
    }
    return (start, rows)
  }
}
