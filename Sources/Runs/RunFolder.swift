import Checkpoints
import Collectives
import Foundation
import Tensors

/// The folder of a run: made by rank 0, seen by all ranks.
public struct RunFolder: Sendable {
  /// What becomes of a run that the folder already holds.
  public enum Existing: Sendable {
    /// It stays, and the new one is refused.
    case refused
    /// Its files are taken away, and nothing else.
    case replaced
  }

  /// Its path as rank 0 has it.
  public let path: String

  /// Files that show that a folder holds a run.
  private static let traces =
    ["plan.yaml", RunRecord.name, RunStatus.name] + MetricsFormat.allCases.map(\.name)
    + [ModelFile.name, ModelFile.averageName, ModelFile.bestName]

  /// Makes or takes the folder at `own`; every rank must call it, and rank 0's path counts.
  ///
  /// Throws `Failure` on all ranks alike: .usage when it holds a run that is not to be replaced,
  /// .file when it cannot be made, written, or seen by another rank.
  public init(_ own: String, existing: Existing, _ communicator: any Communicator) throws {
    let token = ".token"
    let mark = "\(UInt64.random(in: .min ... .max))"
    let chosen = try communicator.together { () throws -> String in
      guard communicator.rank == 0 else { return "" }
      try Self.prepare(own, existing)
      try AtomicFile.write(Data(mark.utf8), to: "\(own)/\(token)")
      return own
    }
    path = try communicator.allGather(chosen)[0]
    let folder = path
    let marks = try communicator.allGather(mark)
    // One file system for all: each rank must see what rank 0 wrote.
    try communicator.together {
      let seen = FileManager.default.contents(atPath: "\(folder)/\(token)")
      if seen != Data(marks[0].utf8) {
        throw Failure(.file, "cannot see the output folder \(folder) that rank 0 has made.")
      }
    }
    try communicator.barrier()
    if communicator.rank == 0 { unlink("\(folder)/\(token)") }
  }

  private static func prepare(_ path: String, _ existing: Existing) throws {
    let files = FileManager.default
    var isFolder: ObjCBool = false
    if files.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue {
      throw Failure(.file, "--output \(path): there is a file of that name.")
    }
    let old = (traces + SnapshotFile.names(in: path)).filter {
      files.fileExists(atPath: "\(path)/\($0)")
    }
    if !old.isEmpty && existing == .refused {
      throw Failure(
        .usage,
        "--output \(path) already holds a run: choose another folder or add --overwrite."
      )
    }
    try make(path, "--output \(path): the folder")
    for name in old { unlink("\(path)/\(name)") }
    // Goes only when it holds nothing else.
    rmdir("\(path)/\(SnapshotFile.folder)")
  }

  private static func make(_ path: String, _ name: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw Failure(.file, "\(name) cannot be made: \(reason(error)).")
    }
  }

  private static func reason(_ error: any Error) -> String {
    let posix = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    let code = posix.map { Int32($0.code) } ?? errno
    return String(cString: strerror(code))
  }

  /// Makes a folder in it where there is none; throws `Failure` (.file).
  func makeFolder(_ name: String) throws {
    try Self.make(file(name), "the folder \(file(name))")
  }

  /// The path of a file in it.
  public func file(_ name: String) -> String { "\(path)/\(name)" }
}
