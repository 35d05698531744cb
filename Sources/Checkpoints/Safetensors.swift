import Foundation
import Tensors

/// The safetensors format: eight bytes of header length, a JSON header, then the tensors' bytes,
/// little-endian.
///
/// Tensors stand in name order, so equal contents give equal files.
public struct Safetensors: Sendable {
  /// One tensor.
  public struct Tensor: Hashable, Sendable {
    /// Row-major sizes.
    public let shape: [Int]
    /// Its elements.
    public let values: Values

    /// A tensor; the sizes must multiply to the number of values.
    public init(shape: [Int], values: Values) {
      precondition(shape.reduce(1, *) == values.count, "\(shape) for \(values.count) values")
      self.shape = shape
      self.values = values
    }
  }

  /// The element types this program writes.
  public enum Values: Hashable, Sendable {
    /// F32.
    case float([Float])
    /// I64.
    case integer([Int64])

    var count: Int {
      switch self {
      case .float(let values): values.count
      case .integer(let values): values.count
      }
    }
  }

  /// The tensors by name.
  public var tensors: [String: Tensor]
  /// Free text by key.
  public var metadata: [String: String]

  /// A file's contents.
  public init(tensors: [String: Tensor], metadata: [String: String]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The bytes of the file.
  public func encoded() -> Data {
    var header: [String: Any] = ["__metadata__": metadata]
    var body = Data()
    for name in tensors.keys.sorted() {
      guard let tensor = tensors[name] else { continue }
      let start = body.count
      let type: String
      switch tensor.values {
      case .float(let values):
        type = "F32"
        values.withUnsafeBytes { body.append(contentsOf: $0) }
      case .integer(let values):
        type = "I64"
        values.withUnsafeBytes { body.append(contentsOf: $0) }
      }
      header[name] = ["dtype": type, "shape": tensor.shape, "data_offsets": [start, body.count]]
    }
    let json = try? JSONSerialization.data(
      withJSONObject: header,
      options: [.sortedKeys, .withoutEscapingSlashes]
    )
    var text = json ?? Data()
    while text.count % 8 != 0 { text.append(0x20) }
    var file = Data()
    withUnsafeBytes(of: UInt64(text.count).littleEndian) { file.append(contentsOf: $0) }
    file.append(text)
    file.append(body)
    return file
  }

  /// Writes the file atomically; throws `Failure` (.file).
  public func write(to path: String) throws { try AtomicFile.write(encoded(), to: path) }
}
