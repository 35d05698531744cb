import Collectives
import Datasets
import Networks
import Tensors

/// Saves the models of a run in its folder and says in status.json which there are.
package struct ModelWriter {
  private let folder: RunFolder
  private let model: Model
  private let source: DataSource
  private let communicator: any Communicator

  /// A writer of models that were trained on `source`.
  package init(
    _ folder: RunFolder,
    _ model: Model,
    _ source: DataSource,
    _ communicator: any Communicator
  ) {
    (self.folder, self.model, self.source) = (folder, model, source)
    self.communicator = communicator
  }

  /// Keeps parameters of a run that has come to `progress`, which knows of them; every rank calls
  /// it.
  ///
  /// All throw the same `Failure` (.file) where they cannot be written.
  package func keep(
    _ parameters: FloatBuffer,
    as reason: KeptModel,
    _ progress: RunProgress
  ) throws {
    try communicator.together {
      guard communicator.rank == 0 else { return }
      if case .snapshot = reason { try folder.makeFolder(SnapshotFile.folder) }
      try write(parameters, reason.name, steps: progress.step)
    }
    try communicator.together {
      if communicator.rank == 0 { try write(.running, progress) }
    }
  }

  /// Writes the model file `name` of the run folder; throws `Failure` (.file).
  package func write(_ parameters: FloatBuffer, _ name: String, steps: Int) throws {
    try ModelFile.write(model, parameters, source: source, steps: steps, to: folder.file(name))
  }

  /// Writes status.json, which names what is kept; throws `Failure` (.file).
  package func write(
    _ state: RunStatus.State,
    _ progress: RunProgress,
    message: String? = nil
  ) throws {
    let status = RunStatus(state, step: progress.step, message: message, kept: progress.kept)
    try folder.write(status, as: RunStatus.name)
  }
}
