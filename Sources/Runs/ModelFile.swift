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
    /// The names of the classes.
    public let classes: [String]
    /// What its images were normalised with.
    public let normalization: Normalization
  }

  /// Writes the file atomically; throws `Failure` (.file).
  public static func write(
    _ model: Model,
    _ parameters: FloatBuffer,
    source: DataSource,
    steps: Int,
    to path: String
  ) throws {
    var tensors: [String: Safetensors.Tensor] = [:]
    for entry in model.layout.entries {
      tensors[entry.name] = ParameterExport.tensor(entry, from: parameters)
      if entry.name.hasSuffix(".running_var") {
        let name = "\(entry.name.dropLast("running_var".count))num_batches_tracked"
        tensors[name] = Safetensors.Tensor(shape: [], values: .integer([Int64(steps)]))
      }
    }
    var metadata = [
      "model": model.name,
      "classes": try json(source.train.classes),
      "shape": try json([model.input.height, model.input.width, model.input.channels]),
      "mean": try json(source.normalization.mean),
      "std": try json(source.normalization.deviation),
    ]
    if let norm = model.batchNorm {
      metadata["bn_eps"] = "\(norm.epsilon)"
      metadata["bn_momentum"] = "\(norm.momentum)"
    }
    try Safetensors(tensors: tensors, metadata: metadata).write(to: path)
  }

  /// Reads a file that `write` made; throws `Failure` (.data) that names what is missing.
  public static func read(_ path: String) throws -> Contents {
    let file = try Safetensors(contentsOf: path)
    func bad(_ what: String) -> Failure { Failure(.data, "\(path): \(what).") }
    func value<T: Decodable>(_ key: String, _ type: T.Type) throws -> T {
      guard let text = file.metadata[key] else { throw bad("its metadata have no \(key)") }
      do {
        return try JSONDecoder().decode(type, from: Data(text.utf8))
      } catch {
        throw bad("the metadata's \(key) cannot be read")
      }
    }
    guard let name = file.metadata["model"] else { throw bad("its metadata name no model") }
    let classes = try value("classes", [String].self)
    let sizes = try value("shape", [Int].self)
    guard ModelCatalog.names.contains(name), !classes.isEmpty else {
      throw bad("it is a model this program does not know (\(name))")
    }
    guard sizes.count == 3, sizes.allSatisfy({ (1...4096).contains($0) }) else {
      throw bad("the metadata's shape \(sizes) is none of an image")
    }
    let shape = ImageShape(height: sizes[0], width: sizes[1], channels: sizes[2])
    let model = try ModelCatalog.model(name, input: shape, classes: classes.count)
    let layout = model.layout
    let parameters = FloatBuffer(count: layout.count)
    for entry in layout.entries {
      guard let tensor = file.tensors[entry.name], case .float(let values) = tensor.values,
        tensor.shape == ParameterExport.shape(entry.storage)
      else { throw bad("\(entry.name) is missing or has another shape") }
      ParameterExport.restore(values, entry, into: parameters)
    }
    let mean = try value("mean", [Float].self)
    let deviation = try value("std", [Float].self)
    guard mean.count == shape.channels, deviation.count == shape.channels else {
      throw bad("its normalisation does not fit its images")
    }
    return Contents(
      model: model,
      parameters: parameters,
      classes: classes,
      normalization: Normalization(mean: mean, deviation: deviation)
    )
  }

  private static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
