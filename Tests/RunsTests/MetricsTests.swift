import Foundation
import Runs
import Tensors
import Testing
import TestSupport

/// Rows of metrics are read as they were written, and cut where a run goes on.
struct MetricsTests {
  private let third = 1.0 / 3

  /// A row that nobody could find is not written in silence.
  @Test func aFileThatIsNoLongerThereIsNoticed() throws {
    let place = try TemporaryFolder()
    let row = MetricsRow(kind: .train, step: 1, epoch: 1, loss: 1, accuracy: 0, seconds: 0)
    let losses: [(String) throws -> Void] = [
      { unlink($0) },
      { try FileManager.default.removeItem(atPath: ($0 as NSString).deletingLastPathComponent) },
      { rename(($0 as NSString).deletingLastPathComponent, place.path(of: "moved")) },
      {
        unlink($0)
        try place.write([1], to: "run3/metrics.csv")
      },
    ]
    for (number, lose) in losses.enumerated() {
      try place.write([], to: "run\(number)/metrics.csv")
      let path = place.path(of: "run\(number)/metrics.csv")
      let file = try MetricsFile(path, .csv)
      try file.append(row)
      try lose(path)
      let failure = #expect(throws: Failure.self) { try file.append(row) }
      let reason = number == 3 ? "another file has taken its place" : "No such file or directory"
      #expect(failure?.kind == .file)
      #expect(failure?.message == "cannot write \(path): \(reason).", "\(number)")
    }
  }

  private var rows: [MetricsRow] {
    [
      MetricsRow(
        kind: .train,
        step: 2,
        epoch: 1,
        loss: 0.1 + 0.2,
        penalty: 1e-300,
        accuracy: third,
        accuracy5: 1,
        gradientNorm: .leastNonzeroMagnitude,
        learningRate: 1e-05,
        multiplier: 0.1,
        decay: .leastNormalMagnitude,
        skippedSteps: 3,
        imagesPerSecond: 12345.678901234567,
        seconds: 1e22,
        skew: RankSkew(seconds: [0.25, third, 0.3], hosts: ["h1", "1e5", "h2"])
      ), MetricsRow(kind: .epoch, step: 3, epoch: 1, loss: 2, accuracy: 0, seconds: 0),
      MetricsRow(kind: .test, step: 3, epoch: 1, loss: third, accuracy: 0.5, seconds: 4.25),
      MetricsRow(kind: .testEMA, step: 3, epoch: 1, loss: 7, accuracy: 1, seconds: 5),
      MetricsRow(
        kind: .train,
        step: 4,
        epoch: 2,
        loss: .greatestFiniteMagnitude,
        accuracy: 0.25,
        seconds: 6
      ),
    ]
  }

  /// All of a row, with the bits of its numbers.
  private func bits(_ row: MetricsRow) -> [String] {
    let numbers = [
      row.loss, row.penalty, row.accuracy, row.accuracy5, row.gradientNorm, row.learningRate,
      row.multiplier, row.decay, row.imagesPerSecond, row.seconds,
    ]
    let skew = row.skew
    let times = [skew?.slowest, skew?.median, skew?.p95]
    let skipped = row.skippedSteps.map { "\($0)" } ?? "nil"
    return [row.kind.rawValue, "\(row.step)", "\(row.epoch)", skipped]
      + (numbers + times).map { $0.map { "\($0.bitPattern)" } ?? "nil" }
      + [skew.map { "\($0.slowestRank) \($0.slowestHost)" } ?? "nil"]
  }

  private func write(_ rows: [MetricsRow], _ format: MetricsFormat, in folder: TemporaryFolder)
    throws -> String
  {
    let path = folder.path(of: format.name)
    let file = try MetricsFile(path, format)
    for row in rows { try file.append(row) }
    return path
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test(arguments: MetricsFormat.allCases)
  func everyRowComesBackToTheBit(format: MetricsFormat) throws {
    let folder = try TemporaryFolder()
    let read = try MetricsFile.rows(of: write(rows, format, in: folder))
    #expect(read.map(bits) == rows.map(bits))
  }

  /// Files of before there was anything of ranks in them.
  @Test func rowsWithoutTheLastColumnsAreRead() throws {
    let folder = try TemporaryFolder()
    for format in MetricsFormat.allCases {
      let path = try write(rows, format, in: folder)
      let old = try text(path).replacing(/,slowest_rank,[a-z0-9_,]*/, with: "")
        .replacing(/(?m),,,,,$/, with: "").replacing(/(?m),1,1e5,[0-9.,]*$/, with: "")
        .replacing(/, "slowest_rank".*}/, with: "}")
      #expect(!old.contains("rank") && !old.contains("1e5"))
      try old.write(toFile: path, atomically: true, encoding: .utf8)
      let read = try MetricsFile.rows(of: path)
      #expect(read.map { $0.skew } == rows.map { _ in nil })
      #expect(read.map(\.loss) == rows.map(\.loss) && read.map(\.seconds) == rows.map(\.seconds))
    }
  }

  @Test(arguments: MetricsFormat.allCases)
  func whatIsNotFiniteComesBackAsNaNOrNil(format: MetricsFormat) throws {
    let folder = try TemporaryFolder()
    let written = [Double.nan, .infinity, -.infinity].map {
      MetricsRow(
        kind: .train,
        step: 1,
        epoch: 1,
        loss: $0,
        penalty: $0,
        accuracy: 0,
        gradientNorm: $0,
        decay: 0.5,
        seconds: 1
      )
    }
    for row in try MetricsFile.rows(of: write(written, format, in: folder)) {
      #expect(row.loss.isNaN && row.penalty == nil && row.gradientNorm == nil && row.decay == 0.5)
    }
  }

  /// Readers of the files count on columns, order and digits.
  @Test func theFilesAreTables() throws {
    let folder = try TemporaryFolder()
    let some = [
      rows[1], MetricsRow(kind: .test, step: 4, epoch: 2, loss: .nan, accuracy: 0.25, seconds: 6),
    ]
    #expect(
      try text(write(some, .csv, in: folder)) == """
        kind,step,epoch,loss,penalty,total,accuracy,accuracy5,gradient_norm,learning_rate,\
        multiplier,decay,skipped_steps,images_per_s,seconds,slowest_rank,slowest_host,\
        rank_s_max,rank_s_p50,rank_s_p95
        epoch,3,1,2.0,,,0.0,,,,,,,,0.0,,,,,
        test,4,2,nan,,,0.25,,,,,,,,6.0,,,,,

        """
    )
    let names = ["gradient_norm", "learning_rate", "multiplier", "decay", "skipped_steps"]
    let rest = (names + ["images_per_s"])
      .map { "\"\($0)\": null" }.joined(separator: ", ")
    let skew = ["slowest_rank", "slowest_host", "rank_s_max", "rank_s_p50", "rank_s_p95"]
      .map { "\"\($0)\": null" }.joined(separator: ", ")
    #expect(
      try text(write(some, .jsonl, in: folder)) == """
        {"kind": "epoch", "step": 3, "epoch": 1, "loss": 2.0, "penalty": null, "total": null, \
        "accuracy": 0.0, "accuracy5": null, \(rest), "seconds": 0.0, \(skew)}
        {"kind": "test", "step": 4, "epoch": 2, "loss": null, "penalty": null, "total": null, \
        "accuracy": 0.25, "accuracy5": null, \(rest), "seconds": 6.0, \(skew)}

        """
    )
  }

  @Test(arguments: MetricsFormat.allCases, [0, 2, 3, 9])
  func aCutFileGoesOnAsIfItHadEndedThere(format: MetricsFormat, step: Int) throws {
    let folder = try TemporaryFolder()
    let whole = try text(write(rows, format, in: folder))
    let path = folder.path(of: format.name)
    // The program stopped within a line, or the machine before all blocks were on disk.
    for rest in ["train,5", "\0\0\0", "\0\0,5\ntrain,5,6\n"] {
      try (whole + rest).write(toFile: path, atomically: true, encoding: .utf8)
      let file = try MetricsFile(path, format, continues: true)
      try file.cut(after: step)
      #expect(try MetricsFile.rows(of: path).map(bits) == rows.filter { $0.step <= step }.map(bits))
      for row in rows where row.step > step { try file.append(row) }
      #expect(try text(path) == whole)
    }
  }

  @Test(arguments: MetricsFormat.allCases)
  func onlyARunThatContinuesKeepsWhatIsThere(format: MetricsFormat) throws {
    let folder = try TemporaryFolder()
    let path = try write(rows, format, in: folder)
    try MetricsFile(path, format, continues: true).append(rows[4])
    #expect(try MetricsFile.rows(of: path).map(bits) == (rows + [rows[4]]).map(bits))
    // One that was interrupted before its first row has no file, or an empty one.
    for _ in 0..<2 {
      unlink(path)
      let file = try MetricsFile(path, format, continues: true)
      try file.cut(after: 0)
      try file.append(rows[0])
      #expect(try MetricsFile.rows(of: path).map(bits) == [bits(rows[0])])
    }
    _ = try MetricsFile(path, format)
    #expect(try text(path).isEmpty && MetricsFile.rows(of: path).isEmpty)
  }

  @Test(arguments: MetricsFormat.allCases)
  func aLineThatIsNoRowIsNamed(format: MetricsFormat) throws {
    let folder = try TemporaryFolder()
    let path = try write(rows, format, in: folder)
    var lines = try text(path).split(separator: "\n").map(String.init)
    lines[2] = "kind"
    try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    let file = try MetricsFile(path, format, continues: true)
    for action in [{ _ = try MetricsFile.rows(of: path) }, { try file.cut(after: 1) }] {
      let failure = #expect(throws: Failure.self) { try action() }
      #expect(failure?.kind == .data)
      #expect(failure?.message == "\(path): line 3 is no row of metrics.")
    }
    // Nor is the first line of anything a header.
    try "junk\n".write(toFile: path, atomically: true, encoding: .utf8)
    let failure = #expect(throws: Failure.self) { try file.cut(after: 1) }
    #expect(failure?.message == "\(path): line 1 is no row of metrics.")
  }

  /// What is written to this device finds the disk full.
  @Test(arguments: MetricsFormat.allCases)
  func aFullDiskIsNamed(format: MetricsFormat) throws {
    let file = try MetricsFile("/dev/full", format)
    let failure = #expect(throws: Failure.self) { try file.append(rows[0]) }
    #expect(failure?.kind == .file)
    #expect(failure?.message == "cannot write /dev/full: No space left on device.")
  }

  @Test func aLogWritesToEverySink() throws {
    final class Sink: MetricsSink {
      var calls: [Int] = []
      func append(_ row: MetricsRow) { calls.append(row.step) }
      func cut(after step: Int) { calls.append(-step) }
    }
    let sinks = [Sink(), Sink()]
    let log = MetricsLog(sinks)
    for row in rows { try log.append(row) }
    try log.cut(after: 3)
    for sink in sinks { #expect(sink.calls == [2, 3, 3, 3, 4, -3]) }
  }

  @Test func aNewerSchemaIsRefused() throws {
    let folder = try TemporaryFolder()
    _ = try write(rows, .jsonl, in: folder)
    for (record, isRead) in [
      (#"{"ranks": 1}"#, true), (#"{"metrics_schema": 2}"#, true),
      (#"{"metrics_schema": 3}"#, false),
    ] {
      try folder.write(Array(record.utf8), to: "run.json")
      if isRead {
        #expect(try MetricsFile.rows(ofRun: folder.path).map(bits) == rows.map(bits))
      } else {
        let failure = #expect(throws: Failure.self) { try MetricsFile.rows(ofRun: folder.path) }
        #expect(failure?.kind == .data)
        #expect(failure?.message.contains("run.json: the metrics are of schema 3") == true)
      }
    }
  }
}
