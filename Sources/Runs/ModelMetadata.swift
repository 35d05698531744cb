import Datasets
import Foundation
import Networks
import Plans
import Tensors

/// What a model's file says beside the tensors: all that is needed to use them.
public struct ModelMetadata: Sendable, Equatable {
  /// The network's name in the catalog.
  public let model: String
  /// The names of the classes.
  public let classes: [String]
  /// Height, width and channels of its images.
  public let shape: ImageShape
  /// What its images were normalised with; of a checkpoint without the mean image.
  public internal(set) var normalization: Normalization
  /// The digest of the mean image; nil where there is none.
  public let meanImage: String?
  /// ε and momentum that all its normalisations share; nil where there are none or they differ.
  public let batchNorm: BatchNorm?
  /// The version of the arithmetic that trained it; 1 where the file does not say.
  public let numericsVersion: Int

  /// Constants of batch normalisation.
  public struct BatchNorm: Sendable, Equatable {
    /// ε under the root.
    public let epsilon: Double
    /// How far the running statistics move in a step.
    public let momentum: Double
  }

  /// What there is to say of a model trained on `source` by this program.
  init(_ model: Model, _ source: DataSource) {
    self.model = model.name
    (classes, shape) = (source.train.classes, model.input)
    normalization = source.normalization
    meanImage = normalization.image.map(Self.digest)
    batchNorm = model.batchNorm.map { BatchNorm(epsilon: $0.epsilon, momentum: $0.momentum) }
    numericsVersion = Plans.numericsVersion
  }

  /// Reads a file's metadata; throws `Failure` (.data) that names `path` and what is missing.
  public init(_ texts: [String: String], from path: String) throws {
    func bad(_ what: String) -> Failure { Failure(.data, "\(path): \(what).") }
    func optional<T: Decodable>(_ key: String, _ type: T.Type) throws -> T? {
      try texts[key].map { text in
        do {
          return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
          throw bad("the metadata's \(key) cannot be read")
        }
      }
    }
    func value<T: Decodable>(_ key: String, _ type: T.Type) throws -> T {
      guard let value = try optional(key, type) else { throw bad("its metadata have no \(key)") }
      return value
    }
    guard let name = texts["model"] else { throw bad("its metadata name no model") }
    (model, classes) = (name, try value("classes", [String].self))
    let sizes = try value("shape", [Int].self)
    guard sizes.count == 3, sizes.allSatisfy({ (1...4096).contains($0) }) else {
      throw bad("the metadata's shape \(sizes) is none of an image")
    }
    shape = ImageShape(height: sizes[0], width: sizes[1], channels: sizes[2])
    let mean = try value("mean", [Float].self)
    let deviation = try value("std", [Float].self)
    guard mean.count == shape.channels, deviation.count == shape.channels else {
      throw bad("its normalisation does not fit its images")
    }
    normalization = Normalization(mean: mean, deviation: deviation)
    meanImage = texts["mean_image"]
    let momentum = try optional("bn_momentum", Double.self)
    batchNorm = try optional("bn_eps", Double.self).flatMap { epsilon in
      momentum.map { BatchNorm(epsilon: epsilon, momentum: $0) }
    }
    numericsVersion = try optional("numerics_version", Int.self) ?? 1
    guard numericsVersion <= Plans.numericsVersion else {
      throw bad("it is of a newer program, whose arithmetic is version \(numericsVersion)")
    }
  }

  /// The metadata as they stand in a file; throws what the encoder throws.
  package func texts() throws -> [String: String] {
    var texts = [
      "model": model,
      "classes": try Self.json(classes),
      "shape": try Self.json([shape.height, shape.width, shape.channels]),
      "mean": try Self.json(normalization.mean),
      "std": try Self.json(normalization.deviation),
      "numerics_version": "\(numericsVersion)",
    ]
    texts["mean_image"] = meanImage
    if let batchNorm {
      texts["bn_eps"] = "\(batchNorm.epsilon)"
      texts["bn_momentum"] = "\(batchNorm.momentum)"
    }
    return texts
  }

  /// The digest of a mean image, height × width × channels.
  package static func digest(_ meanImage: [Float]) -> String {
    var digest = Digest()
    meanImage.withUnsafeBufferPointer { digest.update($0) }
    return "\(digest)"
  }

  private static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
