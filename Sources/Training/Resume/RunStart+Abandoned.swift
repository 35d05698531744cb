import Checkpoints
import Plans
import Runs
import Tensors

extension RunStart {
  /// Takes away what the run has left behind the checkpoint that it goes on from, since it may not
  /// come that way again: checkpoints, unfinished ones too, and models; on rank 0, when nothing is in
  /// the way of going on.
  ///
  /// The best model before is written again where a checkpoint has it; false where none has, and
  /// there is no best.safetensors though the checkpoint speaks of one. Throws `Failure` (.file).
  func clearAway(_ models: ModelWriter) throws -> Bool {
    guard let saved else { return true }
    let (step, kept) = (saved.manifest.step, saved.manifest.progress.kept)
    let checkpoints = CheckpointFolder(ofRun: folder.path)
    let complete = try checkpoints.complete()
    for other in try checkpoints.steps() where other > step || !complete.contains(other) {
      try checkpoints.remove(step: other)
    }
    let snapshots = try SnapshotFile.names(in: folder.path, .file)
    try folder.remove(snapshots.filter { !kept.snapshots.contains($0) })
    let status = try? JSONFile.read(RunStatus.self, from: folder.file(RunStatus.name))
    if let status, status.step > step {
      try folder.remove([ModelFile.name, ModelFile.averageName])
    }
    let isThere = try keepBest(kept.best, status, complete, models)
    if !isThere { try folder.remove([ModelFile.bestName]) }
    return isThere || kept.best == nil
  }

  /// Sees to it that best.safetensors is the model of `best`; false where nobody has that any more.
  private func keepBest(
    _ best: BestEvaluation?,
    _ status: RunStatus?,
    _ complete: [Int],
    _ models: ModelWriter
  ) throws -> Bool {
    guard let best else { return false }
    let isSame = try status?.best == best && FileStatus(folder.file(ModelFile.bestName)) != nil
    // A run that was killed may have come further than its status says.
    if isSame, status?.state != .running { return true }
    let path = CheckpointFolder(ofRun: folder.path).path(step: best.step)
    guard complete.contains(best.step),
      let model = try? CheckpointModel.read(path, average: best.ofAverage)
    else { return isSame }
    try models.write(model.parameters, ModelFile.bestName, steps: best.step)
    return true
  }

  /// What there is to say where best.safetensors is no more, though the checkpoint speaks of one.
  func loss(_ progress: RunProgress) -> [String] {
    guard let best = saved?.manifest.progress.kept.best, progress.kept.best == nil else {
      return []
    }
    return [
      "\(folder.file(ModelFile.bestName)) is removed: it was of steps that the run goes back over, and "
        + "the best before, after step \(best.step), is in no checkpoint; the next is written when an "
        + "evaluation is better than its."
    ]
  }
}
