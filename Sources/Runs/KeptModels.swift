import Collectives
import Datasets
import Networks
import Tensors

/// The models that a run saves on its way, and what its status.json says of them.
package final class KeptModels {
  private let folder: RunFolder
  private let model: Model
  private let source: DataSource
  private let communicator: any Communicator
  package private(set) var best: BestEvaluation?
  /// The names of the snapshots in the run folder, the earliest first.
  package private(set) var snapshots: [String] = []

  package init(
    _ folder: RunFolder,
    _ model: Model,
    _ source: DataSource,
    _ communicator: any Communicator
  ) {
    (self.folder, self.model, self.source) = (folder, model, source)
    self.communicator = communicator
  }

  /// Saves parameters after `step` steps; every rank calls it, and all throw the same `Failure` (.file) where they cannot be written.
  package func keep(_ parameters: FloatBuffer, as kept: KeptModel, step: Int) throws {
    try communicator.together {
      guard communicator.rank == 0 else { return }
      if case .snapshot = kept { try folder.makeFolder(SnapshotFile.folder) }
      try write(parameters, kept.name, steps: step)
    }
    switch kept {
    case .best(let evaluation): best = evaluation
    case .snapshot: snapshots.append(kept.name)
    }
    try communicator.together {
      if communicator.rank == 0 { try write(status("running", step: step)) }
    }
  }

  /// Writes the model file `name` of the run folder.
  package func write(_ parameters: FloatBuffer, _ name: String, steps: Int) throws {
    try ModelFile.write(model, parameters, source: source, steps: steps, to: folder.file(name))
  }

  /// Writes status.json.
  package func write(_ status: RunStatus) throws { try folder.write(status, as: "status.json") }

  /// A status that names what is kept.
  package func status(_ state: String, step: Int, message: String? = nil) -> RunStatus {
    RunStatus(
      state: state,
      step: step,
      message: message,
      best: best,
      snapshots: snapshots.isEmpty ? nil : snapshots
    )
  }
}
