import Datasets
import Foundation
import Plans
import Runs
import Tensors
import Testing
import TestSupport

/// Digests are read as they were written, cut where a run goes on, and compared there.
struct DigestLogTests {
  private let rows = (0..<5).map {
    DigestRow(step: 2 * $0, digest: UInt64($0) << 60 + 7, chain: .max - UInt64($0))
  }

  private func written(_ rows: [DigestRow], in folder: TemporaryFolder) throws -> String {
    let path = folder.path(of: DigestLog.name)
    let log = try DigestLog(path)
    for row in rows { try log.append(row) }
    try log.flush()
    return path
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test func theFileIsATable() throws {
    let folder = try TemporaryFolder()
    let path = try written(Array(rows.prefix(2)), in: folder)
    #expect(
      try text(path) == """
        step,digest,chain
        0,0000000000000007,ffffffffffffffff
        2,1000000000000007,fffffffffffffffe

        """
    )
    #expect(try DigestLog.rows(of: path) == Array(rows.prefix(2)))
  }

  @Test func rowsWaitUntilTheyAreMany() throws {
    let folder = try TemporaryFolder()
    let path = folder.path(of: DigestLog.name)
    let log = try DigestLog(path)
    for step in 0..<1500 { try log.append(DigestRow(step: step, digest: 1, chain: 2)) }
    #expect(try DigestLog.rows(of: path).count == 1024)
    try log.flush()
    try log.flush()
    #expect(try DigestLog.rows(of: path).map(\.step) == Array(0..<1500))
  }

  @Test(arguments: [-1, 0, 3, 8])
  func aCutFileGoesOnAsIfItHadEndedThere(step: Int) throws {
    let folder = try TemporaryFolder()
    let path = try written(rows, in: folder)
    let whole = try text(path)
    // The machine stopped within a line.
    try (whole + "10,00").write(toFile: path, atomically: true, encoding: .utf8)
    let log = try DigestLog(path, continues: true)
    try log.cut(after: step)
    #expect(try DigestLog.rows(of: path) == rows.filter { $0.step <= step })
    for row in rows where row.step > step { try log.append(row) }
    try log.flush()
    #expect(try text(path) == whole)
  }

  /// The state that a run goes on from has the digest that it had when it was left.
  @Test func theLastRowIsTheFirstOfWhoGoesOn() throws {
    let folder = try TemporaryFolder()
    let path = try written(rows, in: folder)
    let whole = try text(path)
    let log = try DigestLog(path, continues: true)
    try log.cut(after: 4)
    let other = DigestRow(step: 4, digest: rows[2].digest + 1, chain: rows[2].chain)
    let failure = #expect(throws: Failure.self) { try log.append(other) }
    #expect(failure?.kind == .data)
    #expect(
      failure?.message
        == "\(path): the state after step 4 was 2000000000000007, and is 2000000000000008 where "
        + "the run goes on from it."
    )
    for row in rows.dropFirst(2) { try log.append(row) }
    try log.flush()
    #expect(try text(path) == whole)
  }

  @Test(arguments: ["x", "1,2,3", "1,0000000000000007", "1,000000000000000g,0000000000000007"])
  func whatIsNoRowIsNamed(line: String) throws {
    let folder = try TemporaryFolder()
    let path = try written([rows[0]], in: folder)
    try (text(path) + line + "\n").write(toFile: path, atomically: true, encoding: .utf8)
    let failure = #expect(throws: Failure.self) { try DigestLog.rows(of: path) }
    #expect(failure?.kind == .data)
    #expect(failure?.message == "\(path): line 3 is no row of digests.")
  }
}
