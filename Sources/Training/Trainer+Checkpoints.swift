import Collectives
import DataParallel
import Networks
import Runs
import Tensors

extension Trainer {
  /// Whether rank 0 asks for a checkpoint after `step` steps.
  func wantsCheckpoint(after step: Int) -> Bool {
    guard communicator.rank == 0, let checkpoints, !checkpoints.isBusy else { return false }
    return checkpointClock.isDue(after: step)
  }

  /// Goes on with a checkpoint that every rank has written its part of, up to that of `step`.
  ///
  /// Throws `Failure` (.launch) when a rank is lost.
  func settleCheckpoint(allWritten step: Int) throws {
    guard let checkpoints, checkpoints.isReady(allWritten: step) else { return }
    try StepSection.save.measure(team) { try checkpoints.settle(allWritten: step) }
  }

  /// Begins a checkpoint of the state as it is, which is written while the run goes on.
  ///
  /// Throws `Failure` (.launch) when a rank is lost.
  func beginCheckpoint() throws {
    guard let checkpoints else { return }
    checkpointClock.began()
    try StepSection.save.measure(team) {
      try checkpoints.begin(progress, engine.optimizer.pieces(model.layout))
    }
  }

  /// Writes a checkpoint of the state as it is and returns when it is on disk.
  ///
  /// Throws `Failure`: .file on all ranks where it cannot be written, .launch when a rank is lost.
  func saveCheckpoint() throws {
    guard let checkpoints else { return }
    try StepSection.save.measure(team) {
      try checkpoints.save(progress, engine.optimizer.pieces(model.layout))
    }
  }
}
