import Checkpoints
import Datasets
import Tensors

/// A file that a command writes beside what it is about: a profile, logits.
package enum SideFile {
  /// Tries whether it can be written, and refuses one that would take the place of something else.
  ///
  /// `flag` names `path`, `run` is the run's folder, which a run makes if it `isNew`, and `data`
  /// where its images lie. Throws `Failure`: .usage for a file of the run's own or one among the
  /// images, .file with the system's reason where it cannot be written.
  package static func admit(
    _ path: String,
    flag: String,
    run: String?,
    isNew: Bool = false,
    data: String
  ) throws {
    let parent = Paths.parent(of: path)
    let name = Paths.components(path).last.map(String.init) ?? ""
    let isInRun = run.map { isSame(parent, $0) } ?? false
    let isSnapshot = run.map { isSame(parent, "\($0)/\(SnapshotFile.folder)") } ?? false
    let isModel = run.map { isSame(path, $0) } ?? false
    if isInRun && RunFolderPlace.isOwn(name) || isSnapshot || isModel {
      throw Failure(
        .usage,
        "--\(flag) \(path) would take the place of one of the run's own files: choose another name."
      )
    }
    if imageFolders(data).contains(where: { isSame(parent, $0) }) {
      throw Failure(
        .usage,
        "--\(flag) \(path) lies among the images of \(data): choose another folder."
      )
    }
    if !(isNew && isInRun) { try AtomicFile.admit(path) }
  }

  /// Whether two paths lead to the same, or would if there were something.
  private static func isSame(_ a: String, _ b: String) -> Bool {
    if Paths.components(a) == Paths.components(b) { return true }
    guard let first = try? FileStatus(a, .file), let second = try? FileStatus(b, .file) else {
      return false
    }
    return first.isSame(as: second)
  }
}
