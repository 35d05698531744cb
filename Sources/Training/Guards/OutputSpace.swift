import Networks
import Optimizers
import Plans
import Tensors

/// Bytes that a run writes into its folder, and whether they find room: a full disk shows itself
/// hours later.
package struct OutputSpace: Equatable, Sendable {
  /// Of a checkpoint and the model of the end: without room for them a run is for nothing.
  package let least: Double
  /// Of all that may lie there at a time.
  package let most: Double

  /// What a plan that comes to `horizon` writes of a model; headers are small beside it.
  package init(_ plan: TrainingPlan, _ model: Model, _ horizon: Horizon) {
    let layout = model.layout
    let averages = plan.averageDecay == nil ? 0 : 1
    let states = horizon.rule.state.count * layout.trainable.count
    let checkpoint = 4 * Double((1 + averages) * layout.count + states)
    let kept = 4 * Double(layout.count)
    let models = Double(1 + averages) * kept
    least = checkpoint + models
    let snapshots = horizon.snapshotEpochs.count
    let best = plan.saveBest ? 1 : 0
    let regular = plan.keepEvery.map { horizon.steps / $0 } ?? 0
    // One more while the next is written.
    let checkpoints = plan.keepCheckpoints + 1 + snapshots + best + regular
    most = Double(checkpoints) * checkpoint + models + Double(snapshots + best) * kept
  }

  /// What there is to say where `path` has less than may be written; nil where it has enough, or
  /// does not say.
  ///
  /// Throws `Failure` (.file) where not even the least fits, unless the run `replaces` another,
  /// whose room it gets.
  package func note(_ path: String, replaces: Bool, free: FreeSpace?) throws(Failure) -> String? {
    guard let free, free.bytes < most else { return nil }
    let room = "--output \(path): \(FreeSpace.text(free.bytes)) are free on its file system"
    if free.bytes < least, !replaces {
      throw Failure(
        .file,
        "\(room), and one checkpoint and the model take \(FreeSpace.text(least)): make room, or "
          + "choose another place."
      )
    }
    return
      "\(room), and checkpoints and models may take \(FreeSpace.text(most)): make room, or keep "
      + "fewer (--keep-checkpoints); a run whose disk is full ends with code 74."
  }
}
