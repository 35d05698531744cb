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

  /// Reads it from the checkpoint at `folder`; throws `Failure` (.data) where something is missing or
  /// damaged.
  package static func read(_ folder: String) throws -> ModelFile.Contents {
    let manifest = try CheckpointManifest(contentsOf: "\(folder)/\(CheckpointManifest.name)")
    let metadata = try ModelMetadata(manifest.facts.model, from: folder)
    let model = try ModelFile.model(metadata, from: folder)
    let pieces = try CheckpointReader.pieces(manifest, in: folder)
    let parameters = FloatBuffer(count: model.layout.count)
    let all = HeldArray(HeldArray.parameters, parameters, [0..<model.layout.count])
    let missing = try all.restore(StatePieces(pieces), model.layout)
    guard missing == 0 else {
      throw Failure(.data, "\(folder) lacks \(missing) values of \(metadata.model).")
    }
    return ModelFile.Contents(model: model, parameters: parameters, metadata: metadata)
  }
}
