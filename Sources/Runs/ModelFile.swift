import Checkpoints
import Datasets
import Foundation
import Networks
import Tensors

/// A trained model as a safetensors file: torchvision's names, OIHW, running statistics included.
///
/// The metadata say what is needed to use it and nothing of ranks, threads, time, host or path.
public enum ModelFile {
  /// The file's name in a run folder.
  public static let name = "model.safetensors"
  /// That of the best evaluation's parameters.
  public static let bestName = "best.safetensors"
  /// That of the weights' moving average.
  public static let averageName = "model-ema.safetensors"

  /// What a file holds, ready to be used.
  public struct Contents {
    /// The network.
    public let model: Model
    /// Every tensor, in the model's layout.
    public let parameters: FloatBuffer
    /// What the file says beside them.
    public let metadata: ModelMetadata
  }

  /// Writes the file atomically; throws `Failure` (.file).
  public static func write(
    _ model: Model,
    _ parameters: FloatBuffer,
    source: DataSource,
    steps: Int,
    to path: String
  ) throws {
    let bytes = try encoded(model, parameters, source: source, steps: steps)
    try AtomicFile.write(bytes, to: path)
  }

  /// The bytes of the file; throws what the encoder of its metadata throws.
  static func encoded(
    _ model: Model,
    _ parameters: FloatBuffer,
    source: DataSource,
    steps: Int
  ) throws -> Data {
    var tensors: [String: Safetensors.Tensor] = [:]
    for entry in model.layout.entries {
      tensors[entry.name] = ParameterExport.tensor(entry, from: parameters)
      if entry.name.hasSuffix(".running_var") {
        let name = "\(entry.name.dropLast("running_var".count))num_batches_tracked"
        tensors[name] = Safetensors.Tensor(shape: [], values: .integer([Int64(steps)]))
      }
    }
    let metadata = try ModelMetadata(model, source).texts()
    tensors[meanImageName] = meanImage(source.normalization, model.input)
    return Safetensors(tensors: tensors, metadata: metadata).encoded()
  }

  /// Throws `Failure` (.file) where no file may be as large as a model's; `limit` is in bytes, nil
  /// for none.
  package static func admit(_ model: Model, limit: UInt64?) throws(Failure) {
    let values = model.layout.entries.reduce(0) { $0 + $1.range.count }
    let bytes = values * MemoryLayout<Float>.stride
    guard let limit, UInt64(bytes) > limit else { return }
    throw Failure(
      .file,
      "\(name) will have \(bytes) bytes and more, and no file of this process may have over \(limit): "
        + "\(ResourceLimit.fileSize.command) \(bytes / 1024 + 64) (KiB) or more."
    )
  }

  /// Reads a file that `write` made; throws `Failure` (.data) that names what is missing.
  public static func read(_ path: String) throws -> Contents {
    let file = try Safetensors(contentsOf: path)
    var metadata = try ModelMetadata(file.metadata, from: path)
    metadata.normalization.image = try meanImage(metadata, in: file, from: path)
    let model = try model(metadata, from: path)
    let parameters = try parameters(of: model, in: file, from: path)
    return Contents(model: model, parameters: parameters, metadata: metadata)
  }

  /// The network that metadata name; throws `Failure` (.data) that names `path` for one that this
  /// program does not know, or has otherwise.
  static func model(_ metadata: ModelMetadata, from path: String) throws -> Model {
    guard ModelCatalog.names.contains(metadata.model), !metadata.classes.isEmpty else {
      throw Failure(.data, "\(path): it is a model this program does not know (\(metadata.model)).")
    }
    let model = try ModelCatalog.model(
      metadata.model,
      input: metadata.shape,
      classes: metadata.classes.count
    )
    if let own = metadata.batchNorm, own.epsilon != model.batchNorm?.epsilon {
      throw Failure(.data, "\(path): its bn_eps is none of \(metadata.model)'s.")
    }
    return model
  }

  /// A model's tensors from any file that has them, a state dict of torchvision's too, in the
  /// model's layout.
  ///
  /// Tensors that the model lacks are left out. Throws `Failure` (.data) that names `path` and the
  /// first tensor that is missing or has another shape.
  public static func parameters(
    of model: Model,
    in file: Safetensors,
    from path: String
  ) throws -> FloatBuffer {
    let parameters = FloatBuffer(count: model.layout.count)
    for entry in model.layout.entries {
      guard let tensor = file.tensors[entry.name], case .float(let values) = tensor.values,
        tensor.shape == ParameterExport.shape(entry.storage)
      else { throw Failure(.data, "\(path): \(entry.name) is missing or has another shape.") }
      ParameterExport.restore(values, entry, into: parameters)
    }
    return parameters
  }
}
