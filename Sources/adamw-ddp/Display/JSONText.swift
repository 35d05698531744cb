import Foundation

/// Values as one line of JSON with snake_case keys.
enum JSONText {
  /// An object whose keys come in this order.
  static func object(_ pairs: KeyValuePairs<String, any Encodable>) throws -> String {
    "{" + (try pairs.map { "\"\($0)\":\(try line($1))" }.joined(separator: ",")) + "}"
  }

  /// Any value; keys are sorted.
  static func line(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    // JSON has no such numbers; what is too large in another dialect is no error of ours.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf",
      negativeInfinity: "-inf",
      nan: "nan"
    )
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
