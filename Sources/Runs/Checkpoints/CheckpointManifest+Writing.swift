import Checkpoints
import Glibc
import Tensors

extension CheckpointManifest {
  /// Gives the files of a checkpoint, which are on disk under names that end in `unfinished`, their
  /// own names and writes the manifest: then the checkpoint exists, whatever happens.
  ///
  /// Throws `Failure` (.file).
  func complete(in folder: CheckpointFolder, from unfinished: String) throws {
    let path = folder.path(step: step)
    // A run that goes on from it takes the rows before it as they are there.
    for name in MetricsFormat.allCases.map(\.name) + [DigestLog.name] {
      try Flush.file("\(folder.run)/\(name)")
    }
    for part in parts {
      let file = "\(path)/\(part.name)"
      if rename(file + unfinished, file) != 0 { throw FileBytes.unwritable(errno, file) }
    }
    try Flush.folder(path)
    try AtomicFile.write(try encoded(), to: "\(path)/\(Self.name)")
    // Its own name, and those of the folders on the way to it.
    try Flush.folder(folder.path)
    try Flush.folder(folder.run)
  }
}

extension CheckpointFolder {
  /// Takes away what need not be kept once `newest` is complete: older checkpoints, and what is
  /// left of those that never were.
  ///
  /// What cannot be taken away keeps nothing else from going. Throws `Failure` (.file) that names the
  /// first.
  func prune(after newest: CheckpointManifest, _ retention: CheckpointRetention) throws(Failure) {
    let steps = try steps().filter { $0 <= newest.step }
    let complete = try complete().filter { $0 <= newest.step }
    let best = newest.progress.course.best?.step
    let goes = retention.superfluous(complete, best: best)
    var untidy: Failure?
    for step in steps where goes.contains(step) || !complete.contains(step) {
      do {
        try remove(step: step)
      } catch {
        untidy = untidy ?? error
      }
    }
    if let untidy { throw untidy }
  }
}
