import Checkpoints
import Collectives
import Datasets
import Foundation
import Networks
import Tensors

/// Saves the models of a run in its folder and says in status.json which there are.
package final class ModelWriter {
  private let folder: RunFolder
  private let model: Model
  private let source: DataSource
  private let data: DataDigest?
  private let process: RunProcess
  /// The SHA-256 of the model that was saved last of all; nil before.
  private var modelSHA256: String?
  private let communicator: any Communicator
  /// The step of the last checkpoint that this rank knows of.
  package var checkpoint: Int?

  /// A writer of models that were trained on `source`, whose digest is `data`.
  ///
  /// Every rank makes one; throws `Failure` (.launch) when a rank is lost.
  package init(
    _ folder: RunFolder,
    _ model: Model,
    _ source: DataSource,
    data: DataDigest? = nil,
    _ communicator: any Communicator
  ) throws {
    (self.folder, self.model, self.source, self.data) = (folder, model, source, data)
    self.communicator = communicator
    process = RunProcess(
      host: communicator.hosts[0],
      pid: try communicator.allGather([getpid()])[0][0],
      started: try communicator.allGather(RunProcess.now)[0]
    )
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
    // Any rank may have to say at the end what became of the run.
    if case .last = reason { modelSHA256 = try communicator.allGather(modelSHA256 ?? "")[0] }
    try communicator.together {
      if communicator.rank == 0 { try write(.running, progress) }
    }
  }

  /// Writes the model file `name` of the run folder; throws `Failure` (.file).
  package func write(_ parameters: FloatBuffer, _ name: String, steps: Int) throws {
    let bytes = try ModelFile.encoded(model, parameters, source: source, steps: steps)
    try AtomicFile.write(bytes, to: folder.file(name))
    guard name == ModelFile.name else { return }
    var digest = SHA256()
    bytes.withUnsafeBytes { digest.update($0) }
    modelSHA256 = digest.hexadecimal
  }

  /// Writes status.json: how far the run is, what is kept, the model and the data; throws `Failure`
  /// (.file).
  package func write(
    _ state: RunState,
    _ progress: RunProgress,
    message: String? = nil
  ) throws {
    let status = RunStatus(
      state,
      progress,
      process,
      message: message,
      modelSHA256: modelSHA256,
      data: data,
      // Who has to say what became of a run may not be who has written it. Rank 0 is told of a
      // checkpoint when it is on disk, and one whose names are there may not be yet.
      checkpoint: communicator.rank == 0
        ? checkpoint : try? CheckpointFolder(ofRun: folder.path).complete().last
    )
    // A run that goes on says more soon, and is not to wait for a disk.
    try JSONFile.write(status, to: folder.file(RunStatus.name), flushed: state != .running)
  }
}
