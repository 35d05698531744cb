import Checkpoints
import Datasets
import Foundation
import Kernels
import Networks
import Optimizers
import Plans
import Tensors

/// manifest.json: what a checkpoint is of, and which files with which bytes belong to it.
///
/// It is written last, so a checkpoint is complete when it has one. Its first line holds the
/// SHA-256 of all that follows.
package struct CheckpointManifest: Codable, Sendable {
  /// The file's name in a checkpoint.
  package static let name = "manifest.json"
  /// The version of the form of checkpoints that this program writes and reads.
  package static let version = 1

  /// A file of the checkpoint.
  package struct Part: Codable, Sendable, Equatable {
    /// Its name.
    package let name: String
    /// Its length.
    package let bytes: Int
    /// The parts of it, from the first byte to the last, as they were written.
    package let ranges: [StateSnapshot.Written]
  }

  /// What was computed, by what: the same for all checkpoints of a session.
  package struct Facts: Codable, Sendable, Equatable {
    /// Every field that the run fixed, by flag.
    package var plan: [String: String]
    /// What is said in the model's own file: network, classes, shape, normalisation.
    package var model: [String: String]
    /// What the images are; nil where that is not known.
    package var data: DataDigest?
    /// The version of the arithmetic.
    package var numericsVersion = Plans.numericsVersion
    /// Whose form of the rule.
    package var dialect: String
    /// L.
    package var lanes: Int
    /// The cores that OpenBLAS chose, each once, sorted.
    package var blasCores: [String]
    /// The instruction set of the kernels.
    package var kernelLevel: String
    /// How each convolution is computed, by layer.
    package var convolutions: [String: String]

    /// Those of a run that fixes `plan`, of a network trained on `source`, whose digest is `data`.
    package init(
      _ plan: TrainingPlan,
      _ model: Model,
      _ source: DataSource,
      data: DataDigest?,
      blasCores: [String],
      kernelLevel: KernelLevel
    ) throws {
      self.plan = try Self.fields(plan)
      self.model = try ModelMetadata(model, source).texts()
      (self.data, dialect, lanes) = (data, plan.dialect.rawValue, plan.lanes)
      self.blasCores = Set(blasCores).sorted()
      self.kernelLevel = kernelLevel.rawValue
      convolutions = Dictionary(
        uniqueKeysWithValues: plan.convolutions.algorithms(of: model).map {
          ($0.name, $0.algorithm.rawValue)
        }
      )
    }

    /// Every field that a plan comes to, by flag; throws `Failure` (.usage) for an unknown rule.
    package static func fields(_ plan: TrainingPlan) throws -> [String: String] {
      let resolved = try plan.resolved
      return Dictionary(
        uniqueKeysWithValues: PlanField.all.compactMap { field in
          field.get(resolved).map { (field.flag, $0) }
        }
      )
    }

    /// The plan that fixed these fields; throws `Failure` (.usage) for one that this program does not
    /// know.
    package static func plan(_ fields: [String: String]) throws -> TrainingPlan {
      var plan = TrainingPlan()
      try plan.overlay(
        PlanField.all.compactMap { field in fields[field.flag].map { (field.flag, $0) } }
      )
      return plan
    }
  }

  /// The version of the form.
  package var version = Self.version
  /// Steps taken.
  package let step: Int
  /// When it was written, in UTC (ISO 8601).
  package let written: String
  /// What was computed, by what.
  package let facts: Facts
  /// Everything beside tensors that the run's future depends on.
  package let progress: RunProgress
  /// The files.
  package let parts: [Part]

  /// The manifest of a state that was written in these parts.
  package init(_ facts: Facts, _ progress: RunProgress, parts: [Part]) {
    (step, self.facts, self.progress, self.parts) = (progress.step, facts, progress, parts)
    written = RunProcess.now
  }

  /// Bytes of all files that it names.
  package var bytes: Int { parts.reduce(0) { $0 + $1.bytes } }

  /// What JSON has no word for.
  private static let noNumbers = (infinity: "inf", negative: "-inf", nan: "nan")

  private static func firstLine(_ body: Data) -> String {
    var digest = SHA256()
    body.withUnsafeBytes { digest.update($0) }
    return "{\"sha256\":\"\(digest.hexadecimal)\",\n"
  }

  /// The bytes of the file; throws what the encoder throws.
  package func encoded() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: Self.noNumbers.infinity,
      negativeInfinity: Self.noNumbers.negative,
      nan: Self.noNumbers.nan
    )
    var body = Data("\"checkpoint\":".utf8)
    body.append(try encoder.encode(self))
    body.append(Data("}\n".utf8))
    return Data(Self.firstLine(body).utf8) + body
  }

  /// Reads the file of a checkpoint.
  ///
  /// Throws `Failure` that names it: .data where it is missing or differs in a bit from what was
  /// written, .file where the system cannot read it, .usage where it is of a newer program.
  package init(contentsOf path: String) throws {
    guard try FileStatus(path, .file) != nil else { throw Failure(.data, "\(path) is missing.") }
    let data = Data(try FileBytes.read(path, .file))
    guard let end = data.firstIndex(of: UInt8(ascii: "\n")) else {
      throw Failure(.data, "\(path) is cut short.")
    }
    let body = data[(end + 1)...]
    guard data[...end] == Data(Self.firstLine(Data(body)).utf8) else {
      throw Failure(.data, "\(path) is damaged: its SHA-256 is not the one it names.")
    }
    struct Version: Decodable { let version: Int }
    struct Whole<Body: Decodable>: Decodable { let checkpoint: Body }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: Self.noNumbers.infinity,
      negativeInfinity: Self.noNumbers.negative,
      nan: Self.noNumbers.nan
    )
    func decode<T: Decodable>(_ type: T.Type) throws -> T {
      do {
        return try decoder.decode(Whole<T>.self, from: data).checkpoint
      } catch {
        throw Failure(.data, "\(path) is not as this program writes it.")
      }
    }
    let version = try decode(Version.self).version
    guard version <= Self.version else {
      // It is whole: no older one is to be taken in its place.
      throw Failure(
        .usage,
        "\(path) is of a newer program: its form is version \(version), and this program reads up "
          + "to \(Self.version)."
      )
    }
    self = try decode(CheckpointManifest.self)
  }
}
