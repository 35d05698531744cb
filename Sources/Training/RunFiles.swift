import Checkpoints
import Foundation
import Tensors

/// status.json: how far a run is and how it ended.
public struct RunStatus: Codable, Sendable {
  /// "running", "done", "diverged" or "failed".
  public let state: String
  /// Steps taken.
  public let step: Int
  /// What went wrong, if anything.
  public let message: String?

  /// A status.
  public init(state: String, step: Int, message: String? = nil) {
    self.state = state
    self.step = step
    self.message = message
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
