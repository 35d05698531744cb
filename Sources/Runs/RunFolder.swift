import Collectives
import Glibc
import Tensors

/// The folder of a run: made by rank 0, seen by all ranks, and this run's alone while it lives.
public struct RunFolder: Sendable {
  /// Its path as rank 0 has it.
  public let path: String
  /// What there is to say of it, on rank 0.
  package let note: String?
  /// On rank 0.
  private let lock: FolderLock?
  /// The number of the lock's file, 0 where nothing is locked; the same on every rank.
  private let lockNumber: UInt64

  /// Makes or takes the folder at `own`; every rank must call it, and rank 0's path counts.
  ///
  /// Of programs that do so at the same time one gets it. Throws `Failure` on all ranks alike:
  /// .usage when it holds a run that is not to be replaced or is in use, .file when it cannot be
  /// made, written, or seen by another rank.
  public init(_ own: String, existing: ExistingRun, _ communicator: any Communicator) throws {
    let place = try communicator.together { () throws -> RunFolderPlace? in
      guard communicator.rank == 0 else { return nil }
      let owner = "process \(getpid()) on \(communicator.hosts[0])"
      return try RunFolderPlace(own, existing, owner: owner)
    }
    (lock, note) = (place?.lock, place?.note)
    path = try communicator.allGather(place?.path ?? "")[0]
    lockNumber = try communicator.allGather([place?.lock?.number ?? 0])[0][0]
    // One file system for all: each rank must see what rank 0 writes.
    let reasons = try SharedFolder.reasons(path, communicator)
    if let rank = reasons.firstIndex(where: { $0 != nil }), let reason = reasons[rank] {
      let hosts = communicator.hosts
      throw Failure(
        .file,
        "rank \(rank) on \(hosts[rank]): cannot see the output folder \(path) that rank 0 has made "
          + "on \(hosts[0]): \(reason): --output must be on a file system that all hosts share.",
        isAgreed: true
      )
    }
  }

  /// Takes away what a run has left in it, on rank 0; whether there was something.
  ///
  /// Throws `Failure` (.file).
  package func clear() throws -> Bool {
    let old = try RunFolderPlace.files(in: path)
    try RunFolderPlace.remove(old, in: path)
    return !old.isEmpty
  }

  /// Whether the folder of that path still is this run's: it may have been moved away, and another
  /// run may have made one in its place.
  package var isInPlace: Bool {
    lockNumber == 0 || FolderLock.number(in: path) == lockNumber
  }

  /// Makes a folder in it where there is none; throws `Failure` (.file).
  func makeFolder(_ name: String) throws {
    let code = Paths.makeFolder(file(name))
    if code != 0 {
      throw Failure(.file, "the folder \(file(name)) cannot be made: \(systemReason(code)).")
    }
  }

  /// Takes away files of it, where they are; throws `Failure` (.file).
  package func remove(_ names: [String]) throws(Failure) {
    for name in names where unlink(file(name)) != 0 && errno != ENOENT {
      throw Failure(.file, "cannot remove \(file(name)): \(systemReason(errno)).")
    }
  }

  /// The path of a file in it.
  public func file(_ name: String) -> String { "\(path)/\(name)" }
}
