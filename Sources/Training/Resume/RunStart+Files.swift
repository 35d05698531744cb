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
    try refuseOtherState(trainer)
    var isBestThere = true
    let logs = try communicator.together { () throws -> Logs? in
      guard leads else { return nil }
      let logs = try open(trainer.plan)
      // A kill between any two of what follows leaves a run that the same line goes on with: the
      // checkpoints of the way that is left go before the plan that they were trained by, and a plan
      // comes behind the record of what has changed in it.
      isBestThere = try clearAway(models)
      try JSONFile.write(record, to: folder.file(RunRecord.name))
      let yaml = try PlanFile.yaml(try Self.fixed(trainer.plan))
      try AtomicFile.write(
        Data("# adamw-ddp: every field that this run fixed\n\(yaml)".utf8),
        to: folder.file("plan.yaml")
      )
      try cut(logs, trainer.plan, trainer.progress)
      return logs
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

  /// Throws the same `Failure` (.data) on all ranks where the state that was loaded is another than
  /// digests.csv has of its step; every rank calls it.
  private func refuseOtherState(_ trainer: Trainer) throws {
    let step = trainer.progress.step
    guard saved != nil, trainer.plan.wantsDigest(after: step) else { return }
    let (communicator, digest) = (trainer.communicator, try trainer.digestOfState())
    try communicator.together {
      let path = folder.file(DigestLog.name)
      guard communicator.rank == 0, try FileStatus(path, .file) != nil,
        let logged = try DigestLog.rows(of: path).last(where: { $0.step == step })
      else { return }
      try DigestLog.refuse(digest, of: logged, in: path)
    }
  }

  /// Opens the logs, on rank 0, where the run goes on as they are; no digests where it is to have
  /// none.
  ///
  /// Throws `Failure`: .file, or .data where a file holds something else.
  private func open(_ plan: TrainingPlan) throws -> Logs {
    let path = folder.file(DigestLog.name)
    let hasDigests = try plan.digestEvery > 0 || FileStatus(path, .file) != nil
    let logs = Logs(
      metrics: try MetricsLog(folder, continues: saved != nil),
      digests: hasDigests ? try DigestLog(path, continues: saved != nil) : nil
    )
    if saved != nil {
      // Takes no more than a line that was cut short, and refuses what is no log.
      try logs.metrics.cut(after: .max)
      try logs.digests?.cut(after: .max)
    }
    return logs
  }

  /// Cuts the logs back to where the run goes on; throws as `open` does.
  private func cut(_ logs: Logs, _ plan: TrainingPlan, _ progress: RunProgress) throws {
    guard saved != nil else { return }
    try logs.metrics.cut(after: progress.step)
    // The next to come, which the file may have, or the last in the chain.
    let isDue = plan.wantsDigest(after: progress.step)
    try logs.digests?.cut(after: isDue ? progress.step : progress.chain?.step ?? -1)
  }

  /// The plan as it stands in the folder: resolved, and its data found from anywhere.
  private static func fixed(_ plan: TrainingPlan) throws -> TrainingPlan {
    var plan = try plan.resolved
    plan.data = plan.dataRequest.pathFromAnywhere
    return plan
  }
}
