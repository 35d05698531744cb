import Checkpoints
import Networks
import Tensors

/// The model in a checkpoint: the weights as they were after its step.
package enum CheckpointModel {
  /// Whether a folder is a checkpoint.
  package static func isOne(_ folder: String) throws(Failure) -> Bool {
    try FileStatus("\(folder)/\(CheckpointManifest.name)") != nil
  }

  /// The run folder that the checkpoint at `folder` lies in.
  package static func run(of folder: String) -> String { "\(folder)/../.." }

  /// Reads it from the checkpoint at `folder`, or with `average` the moving average of its weights.
  ///
  /// Ranks that read it together look at a share of its checksums each, and go on when all have.
  /// Throws `Failure`: .data where something is missing or damaged, .file where the system cannot
  /// read it.
  package static func read(
    _ folder: String,
    average: Bool = false,
    verifying share: (rank: Int, ranks: Int) = (0, 1)
  ) throws -> ModelFile.Contents {
    let manifest = try CheckpointManifest(contentsOf: "\(folder)/\(CheckpointManifest.name)")
    let metadata = try ModelMetadata(manifest.facts.model, from: folder)
    let model = try ModelFile.model(metadata, from: folder)
    let pieces = try CheckpointReader.pieces(manifest, in: folder, verifying: share)
    let parameters = FloatBuffer(count: model.layout.count)
    let array = average ? HeldArray.average : HeldArray.parameters
    let all = HeldArray(array, parameters, [0..<model.layout.count])
    let missing = try all.restore(StatePieces(pieces), model.layout)
    guard missing == 0 else {
      throw Failure(.data, "\(folder) lacks \(missing) values of \(metadata.model).")
    }
    return ModelFile.Contents(model: model, parameters: parameters, metadata: metadata)
  }
}
