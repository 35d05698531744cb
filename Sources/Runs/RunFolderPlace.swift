import Checkpoints
import Glibc
import Tensors

/// The place on disk that a new run gets: a folder that holds no run and that nobody else has.
struct RunFolderPlace {
  /// Where it is.
  let path: String
  /// What keeps others out; nil where the file system knows no locks.
  let lock: FolderLock?
  /// A sentence where nothing keeps others out.
  let note: String?

  /// Files that show that a folder holds a run.
  private static let traces =
    ["plan.yaml", RunRecord.name, RunStatus.name] + MetricsFormat.allCases.map(\.name)
    + [DigestLog.name, ModelFile.name, ModelFile.averageName, ModelFile.bestName]

  /// Whether a file of this name in a run's folder is the run's.
  static func isOwn(_ name: String) -> Bool {
    traces.contains(name) || name == FolderLock.name || name == StopFile.name
  }

  /// Makes or takes the folder `wanted`, or with `.avoided` the first beside it that is new.
  ///
  /// Throws `Failure`: .usage where it holds a run or is in use, .file where the system refuses.
  init(_ wanted: String, _ existing: ExistingRun, owner: String) throws {
    if existing == .avoided {
      (path, lock, note) = try Self.new(wanted, owner: owner)
      return
    }
    path = wanted
    if let status = try FileStatus(path, .file), !status.isFolder {
      throw Failure(.file, "--output \(path): there is a file of that name.")
    }
    // Before anything is written into what may be another's.
    if existing == .refused, try !Self.files(in: path).isEmpty { throw Self.refusal(path) }
    let code = Paths.makeFolder(path)
    if code != 0 { throw Self.unmade(path, code) }
    switch try FolderLock.take(path, owner: owner) {
    case .inUse(let other):
      // Whoever goes on with a run may not have named it by --output.
      if existing == .resumed { throw Self.runInUse(path, other) }
      throw Self.inUse(path, other)
    case .taken(let lock): (self.lock, note) = (lock, nil)
    case .impossible(let reason): (lock, note) = (nil, Self.unlocked(path, reason))
    }
    // Again: another may have come, and gone, before the lock.
    if existing == .resumed { return }
    let old = try Self.files(in: path)
    if existing == .refused, !old.isEmpty { throw Self.refusal(path) }
    try Self.remove(old, in: path)
  }

  /// The first of NAME, NAME-2, NAME-3, … that this call itself makes.
  private static func new(
    _ name: String,
    owner: String
  ) throws -> (path: String, lock: FolderLock?, note: String?) {
    let code = Paths.makeFolder(Paths.parent(of: name))
    if code != 0 { throw unmade(name, code) }
    var number = 1
    while true {
      let path = number == 1 ? name : "\(name)-\(number)"
      number += 1
      if mkdir(path, 0o777) != 0 {
        if errno == EEXIST { continue }
        throw unmade(path, errno)
      }
      // Somebody may have named it with --output just now.
      switch try FolderLock.take(path, owner: owner) {
      case .taken(let lock): return (path, lock, nil)
      case .impossible(let reason): return (path, nil, unlocked(path, reason))
      case .inUse: continue
      }
    }
  }

  /// The names of what runs have left in a folder, whole files and begun ones; a checkpoint's is
  /// that of its folder.
  static func files(in path: String) throws -> [String] {
    guard let folder = try Folder(ifAny: path, .file) else { return [] }
    func isTrace(_ name: String) -> Bool {
      traces.contains { name == $0 || name.hasPrefix($0 + AtomicFile.unfinished) }
    }
    return folder.names.filter(isTrace) + (try SnapshotFile.names(in: path, .file))
      + (try SnapshotFile.begun(in: path, .file))
      + (try CheckpointFolder(ofRun: path).steps().map {
        "\(CheckpointFolder.name)/\(CheckpointFolder.name(step: $0))"
      })
  }

  /// Takes away what `files` has found.
  static func remove(_ names: [String], in path: String) throws {
    // First, and the newest first: what is left of them is no run to go on with.
    let checkpoints = CheckpointFolder(ofRun: path)
    for step in try checkpoints.steps().reversed() { try checkpoints.remove(step: step) }
    rmdir(checkpoints.path)
    for name in names where unlink("\(path)/\(name)") != 0 {
      // A folder of such a name is not a run's.
      if errno == ENOENT || errno == EISDIR { continue }
      throw Failure(.file, "cannot remove \(path)/\(name): \(systemReason(errno)).")
    }
    // Goes only when it holds nothing else.
    rmdir("\(path)/\(SnapshotFile.folder)")
  }

  private static func unlocked(_ path: String, _ reason: String) -> String {
    "\(path) cannot be locked (\(reason)): see to it that no other run uses it."
  }

  private static func unmade(_ path: String, _ code: Int32) -> Failure {
    Failure(.file, "--output \(path): the folder cannot be made: \(systemReason(code)).")
  }

  /// Why nobody else may go on with the run in a folder.
  private static func runInUse(_ path: String, _ other: String?) -> Failure {
    Failure(
      .usage,
      "the run in \(path) is in use by \(other ?? "another program"): wait until that has ended."
    )
  }

  private static func inUse(_ path: String, _ other: String?) -> Failure {
    Failure(
      .usage,
      "--output \(path) is in use by \(other ?? "another program"): wait until that has ended, or "
        + "choose another folder."
    )
  }

  /// Why a folder that holds a run is refused.
  private static func refusal(_ path: String) -> Failure {
    if let other = FolderLock.holder(of: path) { return inUse(path, other) }
    return Failure(
      .usage,
      "--output \(path) already holds a run: go on with it by --resume auto, choose another folder, "
        + "or add --overwrite."
    )
  }
}
