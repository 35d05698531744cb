import Checkpoints
import Foundation
import Tensors

/// A file of a run folder that holds one JSON object with sorted snake_case keys.
public enum JSONFile {
  /// Writes a value, atomically, and `flushed` to disk or not; throws `Failure` (.file).
  package static func write(
    _ value: some Encodable,
    to path: String,
    flushed: Bool = true
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    var data = try encoder.encode(value)
    data.append(0x0a)
    try AtomicFile.write(data, to: path, flushed: flushed)
  }

  /// Reads what `write` wrote.
  ///
  /// Throws `Failure` (.data) that names the file where it is missing or has another form.
  public static func read<T: Decodable>(_ type: T.Type, from path: String) throws -> T {
    let data = Data(try FileBytes.read(path))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      return try decoder.decode(type, from: data)
    } catch {
      throw Failure(.data, "\(path) is not as this program writes it.")
    }
  }
}
