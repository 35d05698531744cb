import Foundation

/// How rows of metrics stand in a text file, one a line; numbers have the same digits in all.
public enum MetricsFormat: String, CaseIterable, Sendable {
  /// Cells with commas between, the first line naming the columns; what does not apply is empty.
  case csv
  /// A JSON object a line; what does not apply or is not finite is null.
  case jsonl

  /// The file's name in a run folder.
  public var name: String { "metrics.\(rawValue)" }

  /// The line before the first row.
  func header(for row: MetricsRow) -> String? {
    self == .csv ? row.cells.map(\.key).joined(separator: ",") : nil
  }

  /// The line of a row.
  func line(_ row: MetricsRow) -> String {
    switch self {
    case .csv: row.cells.map(\.value).joined(separator: ",")
    case .jsonl: Self.object(row.cells.map(\.key), row.cells.map(\.value))
    }
  }

  /// The row of a line; nil where it is none.
  ///
  /// `header` is the file's own.
  func row(_ line: String, header: String?) -> MetricsRow? {
    func cells(_ text: String) -> [String] {
      text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    var object = line
    if let header {
      let (names, values) = (cells(header), cells(line))
      guard names.count == values.count else { return nil }
      object = Self.object(names, values)
    }
    // JSONDecoder reads numbers exactly, which JSONSerialization does not.
    return try? JSONDecoder().decode(MetricsRow.self, from: Data(object.utf8))
  }

  private static func object(_ names: [String], _ cells: [String]) -> String {
    let pairs = zip(names, cells).map { name, cell in
      // NaN and infinity are no JSON; a diverged run says null.
      let isText = MetricsRow.texts.contains(name)
      let number = isText ? nil : Double(cell).map { $0.isFinite ? cell : "null" }
      return "\"\(name)\": \(number ?? (cell.isEmpty ? "null" : "\"\(cell)\""))"
    }
    return "{\(pairs.joined(separator: ", "))}"
  }
}
