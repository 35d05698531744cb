import Checkpoints
import Datasets
import Plans
import Runs

extension TrainerState {
  /// The state of a checkpoint, from which a run on `source` goes on whose plan fixes `fields`.
  ///
  /// The chain of digests may have to be told yet which images the last step took: those that the
  /// checkpoint's plan gave it. Throws `Failure` (.usage) for one that this program does not know.
  init(
    _ manifest: CheckpointManifest,
    _ pieces: [StatePiece],
    _ fields: [String: String],
    _ source: DataSource
  ) throws {
    self.init(progress: manifest.progress, pieces: pieces)
    let old = manifest.facts.plan
    guard manifest.step > 0, !PlanChanges(from: old, to: fields).deciding.isEmpty else { return }
    let plan = try CheckpointManifest.Facts.plan(old)
    let split = try TrainingSplit(
      of: source.whole,
      heldOut: plan.valFraction,
      train: plan.trainFraction
    )
    let loader = SampleLoader(
      split.train,
      normalization: source.normalization,
      seed: plan.seed,
      batchSize: plan.batchSize,
      dropsLast: plan.dropLast,
      order: .shuffled
    )
    order = loader.orderHash(of: manifest.step - 1)
  }
}
