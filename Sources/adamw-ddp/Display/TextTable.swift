import Foundation

/// Rows of cells as lines for people.
enum TextTable {
  /// Columns as wide as their widest cell, words to the left; `numbers` are columns that go to the
  /// right.
  static func lines(_ rows: [[String]], numbers: Set<Int> = []) -> [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        return numbers.contains(column) ? space + row[column] : row[column] + space
      }.joined(separator: "  ").replacing(/\s+$/, with: "")
    }
  }
}
