import Checkpoints
import Foundation
import Tensors

/// status.json: how far a run is and how it ended.
public struct RunStatus: Encodable, Sendable {
  /// "running", "done", "diverged" or "failed".
  public let state: String
  /// Steps taken.
  public let step: Int
  /// What went wrong, or what else there is to say.
  public let message: String?
  /// The evaluation whose model is best.safetensors.
  public let best: BestEvaluation?
  /// The names of the snapshots in the run folder, the earliest first; nil where there are none.
  public let snapshots: [String]?

  /// A status.
  public init(
    state: String,
    step: Int,
    message: String? = nil,
    best: BestEvaluation? = nil,
    snapshots: [String]? = nil
  ) {
    (self.state, self.step, self.message) = (state, step, message)
    (self.best, self.snapshots) = (best, snapshots)
  }
}

extension RunFolder {
  /// Writes a value as JSON with sorted snake_case keys; throws `Failure` (.file).
  public func write(_ value: some Encodable, as name: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    var data = try encoder.encode(value)
    data.append(0x0a)
    try AtomicFile.write(data, to: file(name))
  }
}
