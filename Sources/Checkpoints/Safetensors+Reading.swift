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
    guard data.count >= 8 else { throw bad("it has \(data.count) bytes") }
    let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(data.count - 8) else { throw bad("its header is cut short") }
    let body = data.dropFirst(8 + Int(length))
    let object = try? JSONSerialization.jsonObject(with: data.dropFirst(8).prefix(Int(length)))
    guard let header = object as? [String: Any] else { throw bad("its header is no JSON object") }
    var tensors: [String: Tensor] = [:]
    // In name order, so that every rank names the same tensor.
    for (name, value) in header.sorted(by: { $0.key < $1.key }) where name != "__metadata__" {
      guard let entry = value as? [String: Any], let type = entry["dtype"] as? String,
        let shape = entry["shape"] as? [Int], let range = entry["data_offsets"] as? [Int],
        range.count == 2, range[0] >= 0, range[0] <= range[1], shape.allSatisfy({ $0 >= 0 })
      else { throw bad("the entry of \(name) is malformed") }
      guard range[1] <= body.count else { throw bad("the bytes of \(name) are missing") }
      let bytes = body.dropFirst(range[0]).prefix(range[1] - range[0])
      guard let count = Self.elements(shape) else { throw bad("\(name) is too large: \(shape)") }
      switch type {
      case "F32" where bytes.count == 4 * count:
        tensors[name] = Tensor(shape: shape, values: .float(Self.read(bytes, count, 0)))
      case "I64" where bytes.count == 8 * count:
        tensors[name] = Tensor(shape: shape, values: .integer(Self.read(bytes, count, 0)))
      default:
        throw bad("\(name) is \(type) \(shape) in \(bytes.count) bytes")
      }
    }
    self.init(tensors: tensors, metadata: header["__metadata__"] as? [String: String] ?? [:])
  }

  /// The number of elements; nil where it, or that of their bytes, does not fit an Int.
  private static func elements(_ shape: [Int]) -> Int? {
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      if overflow || product > Int.max / 8 { return nil }
      count = product
    }
    return count
  }

  private static func read<T>(_ bytes: Data, _ count: Int, _ zero: T) -> [T] {
    var values = Array(repeating: zero, count: count)
    values.withUnsafeMutableBytes { _ = bytes.copyBytes(to: $0) }
    return values
  }
}
