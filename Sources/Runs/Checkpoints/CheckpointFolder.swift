import Checkpoints
import Glibc
import Tensors

/// The checkpoints of a run: checkpoints/step-00012345/, each complete once it has a manifest.
package struct CheckpointFolder: Sendable {
  /// Its name in a run folder.
  package static let name = "checkpoints"
  private static let prefix = "step-"

  /// The run folder.
  package let run: String

  /// That of a run.
  package init(ofRun run: String) { self.run = run }

  /// Where it is.
  package var path: String { "\(run)/\(Self.name)" }

  /// The name of the checkpoint after `step` steps.
  package static func name(step: Int) -> String {
    let digits = "\(step)"
    return prefix + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  /// Where the checkpoint after `step` steps is.
  package func path(step: Int) -> String { "\(path)/\(Self.name(step: step))" }

  /// The name of a node's file in a checkpoint; nodes are numbered from 0.
  package static func part(_ node: Int) -> String {
    let digits = "\(node)"
    return "part-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
      + ".safetensors"
  }

  /// The step of a checkpoint's folder; nil for other names.
  package static func step(of name: String) -> Int? {
    guard name.hasPrefix(prefix), let step = Int(name.dropFirst(prefix.count)), step >= 0,
      Self.name(step: step) == name
    else { return nil }
    return step
  }

  /// The steps of all checkpoints, rising, complete or not.
  ///
  /// Throws `Failure` (.file) that names the folder where it cannot be read.
  package func steps() throws(Failure) -> [Int] {
    let names = try Folder(ifAny: path, .file)?.names ?? []
    return names.compactMap(Self.step(of:)).sorted()
  }

  /// The steps of those that have a manifest, rising; throws as `steps` does.
  package func complete() throws(Failure) -> [Int] {
    var complete: [Int] = []
    for step in try steps() where try FileStatus(manifest(step: step), .file) != nil {
      complete.append(step)
    }
    return complete
  }

  /// Where a checkpoint's manifest is.
  package func manifest(step: Int) -> String {
    "\(path(step: step))/\(CheckpointManifest.name)"
  }

  /// Makes the folder of a checkpoint where the run folder is; returns the system's error, 0 where
  /// there is none.
  func make(step: Int) -> Int32 {
    for folder in [path, path(step: step)] where mkdir(folder, 0o777) != 0 && errno != EEXIST {
      return errno
    }
    return 0
  }

  /// Whether a file of that name in a checkpoint's folder is one of its own, whole or begun.
  private static func isOwn(_ name: String) -> Bool {
    let whole = String(
      name.firstRange(of: AtomicFile.unfinished).map { name[..<$0.lowerBound] } ?? name[...]
    )
    if whole == CheckpointManifest.name { return true }
    let number = Int(whole.split(whereSeparator: { "-.".contains($0) }).dropFirst().first ?? "")
    return number.map(part) == whole
  }

  /// Takes a checkpoint away, its manifest first, so that what is left is never taken for one.
  ///
  /// Files that are not a checkpoint's stay. Throws `Failure` (.file) that names what cannot be
  /// removed.
  package func remove(step: Int) throws(Failure) {
    let folder = path(step: step)
    guard let names = try Folder(ifAny: folder, .file)?.names else { return }
    let manifest = CheckpointManifest.name
    let others = names.filter { $0 != manifest && Self.isOwn($0) }
    var failed: Failure?
    for name in names.filter({ $0 == manifest }) + others {
      let file = "\(folder)/\(name)"
      if unlink(file) != 0, errno != ENOENT {
        failed = failed ?? Failure(.file, "cannot remove \(file): \(systemReason(errno)).")
        // With its manifest it needs its parts.
        if name == manifest { break }
      }
    }
    if let failed { throw failed }
    if rmdir(folder) != 0, errno != ENOENT, errno != ENOTEMPTY {
      throw Failure(.file, "cannot remove \(folder): \(systemReason(errno)).")
    }
  }
}
