import Collectives
import Networks
import Plans
import Runs
import Tensors

extension TrainingRun {
  /// Says in status.json that the run failed; any rank may, since the one that fails may be the
  /// only one that knows, and of a failure that all know rank 0 does.
  ///
  /// The error itself matters more than whether this can still be written.
  func note(_ error: any Error) {
    let isAgreed = (error as? Failure)?.isAgreed == true
    guard folder.isInPlace, !isAgreed || environment.communicator.rank == 0 else { return }
    try? reporter.flush()
    try? models.write(.failed, trainer.progress, message: "\(error)")
  }

  /// What status.json says of a run that ended before its last step.
  func earlyEnd(_ outcome: Trainer.Outcome) -> String? {
    if case .diverged = outcome { return trainer.nonFinite }
    let progress = trainer.progress
    if case .stopped = outcome {
      let cause = StopCause(trainer.agreed).map { " (\($0.text(plan)))" } ?? ""
      return "stopped after step \(progress.step) of \(trainer.horizon.steps)\(cause)"
    }
    guard trainer.stoppedEarly, let patience = plan.earlyStop, let best = progress.course.best
    else { return nil }
    let epoch = progress.step / trainer.horizon.stepsPerEpoch
    return "stopped early after epoch \(epoch): no evaluation of the last \(patience) was better "
      + "than that after epoch \(best.epoch)."
  }

  /// What the run came to.
  func summary(_ outcome: Trainer.Outcome) -> RunSummary {
    var digest = Digest()
    digest.update(UnsafeBufferPointer(trainer.parameters.elements))
    return RunSummary(
      outcome.state,
      trainer.progress,
      message: earlyEnd(outcome),
      parameters: trainer.model.layout.parameterCount,
      images: trainer.horizon.samples,
      stoppedEarly: trainer.stoppedEarly,
      seconds: reporter.seconds,
      ranks: environment.communicator.size,
      threads: environment.placement.threadsByRank[0],
      lanes: plan.lanes,
      digest: digest,
      output: folder.path,
      checkpoint: models.checkpoint
    )
  }
}
