import Foundation
import Tensors

extension Safetensors {
  /// Reads a file; throws `Failure` (.data) that names the path when it is missing, cut short or no
  /// safetensors.
  public init(contentsOf path: String) throws {
    let data = Data(try FileBytes.read(path))
    func bad(_ what: String) -> Failure {
      Failure(.data, "\(path) is not a whole safetensors file: \(what).")
    }
    let (header, end) = try SafetensorsHeader.read(data, from: path)
    let body = data.dropFirst(end)
    var tensors: [String: Tensor] = [:]
    for entry in header.entries {
      let name = entry.name
      guard entry.range.upperBound <= body.count else {
        throw bad("the bytes of \(name) are missing")
      }
      let bytes = body.dropFirst(entry.range.lowerBound).prefix(entry.range.count)
      guard let count = entry.count else { throw bad("\(name) is too large: \(entry.shape)") }
      switch entry.type {
      case "F32" where bytes.count == 4 * count:
        tensors[name] = Tensor(shape: entry.shape, values: .float(Self.read(bytes, count, 0)))
      case "I64" where bytes.count == 8 * count:
        tensors[name] = Tensor(shape: entry.shape, values: .integer(Self.read(bytes, count, 0)))
      default:
        throw bad("\(name) is \(entry.type) \(entry.shape) in \(bytes.count) bytes")
      }
    }
    self.init(tensors: tensors, metadata: header.metadata)
  }

  private static func read<T>(_ bytes: Data, _ count: Int, _ zero: T) -> [T] {
    var values = Array(repeating: zero, count: count)
    values.withUnsafeMutableBytes { _ = bytes.copyBytes(to: $0) }
    return values
  }
}
