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

    /// What the format calls it.
    var type: String {
      switch self {
      case .float: "F32"
      case .integer: "I64"
      }
    }

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
    var entries: [SafetensorsHeader.Entry] = []
    var body = Data()
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      let start = body.count
      switch tensor.values {
      case .float(let values): values.withUnsafeBytes { body.append(contentsOf: $0) }
      case .integer(let values): values.withUnsafeBytes { body.append(contentsOf: $0) }
      }
      entries.append(
        SafetensorsHeader.Entry(
          name: name,
          type: tensor.values.type,
          shape: tensor.shape,
          range: start..<body.count
        )
      )
    }
    var file = SafetensorsHeader(entries, metadata: metadata).encoded()
    file.append(body)
    return file
  }

  /// Writes the file atomically; throws `Failure` (.file).
  public func write(to path: String) throws { try AtomicFile.write(encoded(), to: path) }
}
