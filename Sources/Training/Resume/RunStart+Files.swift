import Checkpoints
import Collectives
import Datasets
import Foundation
import Plans
import Runs
import Tensors

extension RunStart {
  /// The logs of a run's folder, on rank 0.
  struct Logs {
    /// The rows of metrics.
    let metrics: MetricsLog
    /// The digests; nil where the run is to have none.
    let digests: DigestLog?
  }

  /// Writes the files that a run begins with, on rank 0, or cuts those back that it goes on with.
  ///
  /// Every rank calls it, and a best model that is no longer there is forgotten on all. Throws the
  /// same `Failure` on all ranks: .file, or .data where a file of metrics holds something else.
  func begin(_ record: RunRecord, _ models: ModelWriter, _ trainer: Trainer) throws -> Logs? {
    let (communicator, leads) = (trainer.communicator, trainer.communicator.rank == 0)
    var isBestThere = true
    let logs = try communicator.together { () throws -> Logs? in
      guard leads else { return nil }
      // Before the plan: what changes in it is known as soon as it does.
      try JSONFile.write(record, to: folder.file(RunRecord.name))
      let yaml = try PlanFile.yaml(try Self.fixed(trainer.plan))
      try AtomicFile.write(
        Data("# adamw-ddp: every field that this run fixed\n\(yaml)".utf8),
        to: folder.file("plan.yaml")
      )
      let metrics = try MetricsLog(folder, continues: saved != nil)
      if saved != nil { try metrics.cut(after: trainer.progress.step) }
      let digests = try digests(trainer.plan, trainer.progress)
      isBestThere = try clearAway(models)
      return Logs(metrics: metrics, digests: digests)
    }
    if try communicator.allGather([isBestThere ? 1 : 0])[0][0] == 0 {
      trainer.progress.kept.forgetBest()
    }
    try communicator.together {
      // Last: where something of these fails there is no run that goes on.
      if leads { try models.write(.running, trainer.progress) }
    }
    return logs
  }

  /// The file of digests, cut back where the run goes on; nil where it is to have none.
  ///
  /// Throws `Failure`: .file, or .data where the file holds something else.
  private func digests(_ plan: TrainingPlan, _ progress: RunProgress) throws -> DigestLog? {
    let path = folder.file(DigestLog.name)
    if plan.digestEvery == 0, try FileStatus(path, .file) == nil { return nil }
    let log = try DigestLog(path, continues: saved != nil)
    guard saved != nil else { return log }
    // The next to come, which the file may have, or the last in the chain.
    let isDue = plan.wantsDigest(after: progress.step)
    try log.cut(after: isDue ? progress.step : progress.chain?.step ?? -1)
    return log
  }

  /// The plan as it stands in the folder: resolved, and its data found from anywhere.
  private static func fixed(_ plan: TrainingPlan) throws -> TrainingPlan {
    var plan = try plan.resolved
    plan.data = plan.dataRequest.pathFromAnywhere
    return plan
  }
}
