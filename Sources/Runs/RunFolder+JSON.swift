import Checkpoints
import Foundation
import Tensors

extension RunFolder {
  /// Writes a value as JSON with sorted snake_case keys, atomically, and `flushed` to disk or not;
  /// throws `Failure` (.file).
  public func write(_ value: some Encodable, as name: String, flushed: Bool = true) throws {
    try AtomicFile.write(try Self.json(value), to: file(name), flushed: flushed)
  }

  /// A value as such JSON.
  static func json(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    var data = try encoder.encode(value)
    data.append(0x0a)
    return data
  }

  /// Reads what `write` wrote, from any run's folder.
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
