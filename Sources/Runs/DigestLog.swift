import Tensors

/// digests.csv: the digests of a run's state, a line each, written a few at a time.
public final class DigestLog {
  /// The file's name in a run folder.
  public static let name = "digests.csv"

  private let file: LogFile
  /// What is not written yet.
  private var waiting: [DigestRow] = []
  /// The last row that an earlier start left.
  private var last: DigestRow?

  /// Rows that wait at most.
  private static let most = 1024

  /// Opens the file, emptied unless the run `continues` one; throws `Failure` (.file).
  public init(_ path: String, continues: Bool = false) throws {
    file = try LogFile(path, continues: continues)
    waiting.reserveCapacity(Self.most)
  }

  /// Takes a row in; allocates nothing unless it writes.
  ///
  /// A run that goes on from a checkpoint comes to the digest of the state that it has loaded.
  /// Where an earlier start has written that, it must be the same. Throws `Failure`: .data where it
  /// is not, .file where the file cannot be written.
  public func append(_ row: DigestRow) throws {
    if let last, last.step == row.step {
      if last == row { return }
      try Self.refuse(row.digest, of: last, in: file.path)
      throw Failure(
        .data,
        "\(file.path): the chain up to step \(row.step) was \(last.chain.hexadecimal), and is "
          + "\(row.chain.hexadecimal) where the run goes on from it."
      )
    }
    waiting.append(row)
    if waiting.count == Self.most { try flush() }
  }

  /// Throws `Failure` (.data) where a state from which a run goes on has another digest than the
  /// row of the file at `path` has of it.
  package static func refuse(
    _ digest: UInt64,
    of row: DigestRow,
    in path: String
  ) throws(Failure) {
    if digest == row.digest { return }
    throw Failure(
      .data,
      "\(path): the state after step \(row.step) was \(row.digest.hexadecimal), and is "
        + "\(digest.hexadecimal) where the run goes on from it."
    )
  }

  /// Writes what waits; throws `Failure` (.file).
  public func flush() throws {
    if waiting.isEmpty { return }
    let lines = (file.isEmpty ? [DigestRow.header] : []) + waiting.map(\.line)
    try file.append(lines.map { $0 + "\n" }.joined())
    waiting.removeAll(keepingCapacity: true)
  }

  /// Takes away the rows of steps after `step`, and a last line that is cut short.
  ///
  /// Throws `Failure`: .data where a line is no row, .file where the file cannot be changed.
  public func cut(after step: Int) throws {
    let (start, rows) = try Self.read(file.path)
    let kept = rows.prefix { $0.row.step <= step }
    try file.cut(at: kept.last?.end ?? start)
    last = kept.last?.row
  }

  /// The rows of such a file; a last line that is cut short is left out.
  ///
  /// Throws `Failure` (.data) where it cannot be read or a line is no row.
  public static func rows(of path: String) throws -> [DigestRow] { try read(path).rows.map(\.row) }

  /// Where the first row starts, and every row with the byte behind it.
  private static func read(
    _ path: String
  ) throws -> (start: Int, rows: [(row: DigestRow, end: Int)]) {
    var (start, rows) = (0, [(row: DigestRow, end: Int)]())
    for (number, line) in try LogFile.lines(of: path).enumerated() {
      if number == 0 && line.text == DigestRow.header {
        start = line.end
      } else if let row = DigestRow(line.text) {
        rows.append((row, line.end))
      } else {
        throw Failure(.data, "\(path): line \(number + 1) is no row of digests.")
      }
    }
    return (start, rows)
  }
}
