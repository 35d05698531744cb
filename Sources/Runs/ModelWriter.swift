import Collectives
import Datasets
import Networks
import Tensors

/// Saves the models of a run in its folder and says in status.json which there are.
package final class ModelWriter {
  private let folder: RunFolder
  private let model: Model
  private let source: DataSource
  private let communicator: any Communicator
  /// What has been kept so far.
  package private(set) var kept: KeptModels

  /// A writer of models that were trained on `source`; `kept` is what the run has kept already.
  package init(
    _ folder: RunFolder,
    _ model: Model,
    _ source: DataSource,
    _ communicator: any Communicator,
    kept: KeptModels = KeptModels()
  ) {
    (self.folder, self.model, self.source) = (folder, model, source)
    (self.communicator, self.kept) = (communicator, kept)
  }

  /// Keeps parameters after `step` steps; every rank calls it.
  ///
  /// All throw the same `Failure` (.file) where they cannot be written.
  package func keep(_ parameters: FloatBuffer, as reason: KeptModel, step: Int) throws {
    try communicator.together {
      guard communicator.rank == 0 else { return }
      if case .snapshot = reason { try folder.makeFolder(SnapshotFile.folder) }
      try write(parameters, reason.name, steps: step)
    }
    kept.add(reason)
    try communicator.together {
      if communicator.rank == 0 { try write(.running, step: step) }
    }
  }

  /// Writes the model file `name` of the run folder; throws `Failure` (.file).
  package func write(_ parameters: FloatBuffer, _ name: String, steps: Int) throws {
    try ModelFile.write(model, parameters, source: source, steps: steps, to: folder.file(name))
  }

  /// Writes status.json, which names what is kept; throws `Failure` (.file).
  package func write(_ state: RunState, step: Int, message: String? = nil) throws {
    let status = RunStatus(state, step: step, message: message, kept: kept)
    try folder.write(status, as: RunStatus.name)
  }
}
