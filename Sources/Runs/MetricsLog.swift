import Foundation
import Tensors

/// metrics.csv and metrics.jsonl: a row for every interval of steps, every epoch and every evaluation.
public final class MetricsLog {
  private let csv: FileHandle
  private let lines: FileHandle
  private let folder: RunFolder
  private var hasHeader = false

  /// Opens both files in a run folder, emptying them; throws `Failure` (.file).
  public init(_ folder: RunFolder) throws {
    self.folder = folder
    func open(_ name: String) throws -> FileHandle {
      let path = folder.file(name)
      guard FileManager.default.createFile(atPath: path, contents: nil),
        let handle = FileHandle(forWritingAtPath: path)
      else { throw Failure(.file, "cannot write \(path).") }
      return handle
    }
    csv = try open("metrics.csv")
    lines = try open("metrics.jsonl")
  }

  /// Appends a row to both; throws `Failure` (.file) when the disk is full.
  public func append(_ row: MetricsRow) throws {
    let fields = row.fields
    var text = hasHeader ? "" : fields.map(\.0).joined(separator: ",") + "\n"
    hasHeader = true
    text += fields.map { $0.1.replacingOccurrences(of: "\"", with: "") }.joined(separator: ",")
    // NaN and infinity are no JSON; a diverged run says null.
    let object = fields.map { name, value in
      let finite = !["", "nan", "-nan", "inf", "-inf"].contains(value)
      return "\"\(name)\": \(finite ? value : "null")"
    }
    do {
      try csv.write(contentsOf: Data((text + "\n").utf8))
      try lines.write(contentsOf: Data("{\(object.joined(separator: ", "))}\n".utf8))
    } catch {
      throw Failure(.file, "cannot write the metrics in \(folder.path): \(error).")
    }
  }
}
