import Foundation
import Tensors

/// The first part of a safetensors file: what tensors it has and where their bytes lie.
package struct SafetensorsHeader: Sendable {
  /// A tensor of the file.
  package struct Entry: Sendable {
    /// Its name.
    package let name: String
    /// "F32", "I64".
    package let type: String
    /// Row-major sizes.
    package let shape: [Int]
    /// Its bytes, counted from the end of the header.
    package let range: Range<Int>

    /// A tensor.
    package init(name: String, type: String, shape: [Int], range: Range<Int>) {
      (self.name, self.type, self.shape, self.range) = (name, type, shape, range)
    }
  }

  /// The tensors in the order of their names.
  package let entries: [Entry]
  /// Free text by key.
  package let metadata: [String: String]

  /// A header of those.
  package init(_ entries: [Entry], metadata: [String: String]) {
    (self.entries, self.metadata) = (entries, metadata)
  }

  /// Its bytes: their length in eight, then JSON, filled up with spaces to a multiple of eight.
  package func encoded() -> Data {
    var object: [String: Any] = ["__metadata__": metadata]
    for entry in entries {
      object[entry.name] = [
        "dtype": entry.type, "shape": entry.shape,
        "data_offsets": [entry.range.lowerBound, entry.range.upperBound],
      ]
    }
    let json = try? JSONSerialization.data(
      withJSONObject: object,
      options: [.sortedKeys, .withoutEscapingSlashes]
    )
    var text = json ?? Data()
    while text.count % 8 != 0 { text.append(0x20) }
    var bytes = Data()
    withUnsafeBytes(of: UInt64(text.count).littleEndian) { bytes.append(contentsOf: $0) }
    bytes.append(text)
    return bytes
  }

  /// Reads the header of a file whose first bytes, or all, are `bytes`; also where it ends.
  ///
  /// Throws `Failure` (.data) that names `path`.
  package static func read(
    _ bytes: Data,
    from path: String
  ) throws(Failure) -> (header: SafetensorsHeader, end: Int) {
    func bad(_ what: String) -> Failure {
      Failure(.data, "\(path) is not a whole safetensors file: \(what).")
    }
    guard bytes.count >= 8 else { throw bad("it has \(bytes.count) bytes") }
    let length = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(bytes.count - 8) else { throw bad("its header is cut short") }
    let end = 8 + Int(length)
    let json = bytes.dropFirst(8).prefix(Int(length))
    guard let object = try? JSONSerialization.jsonObject(with: json) as? [String: Any] else {
      throw bad("its header is no JSON object")
    }
    var entries: [Entry] = []
    // In name order, so that every rank names the same tensor.
    for (name, value) in object.sorted(by: { $0.key < $1.key }) where name != "__metadata__" {
      guard let entry = value as? [String: Any], let type = entry["dtype"] as? String,
        let shape = entry["shape"] as? [Int], let range = entry["data_offsets"] as? [Int],
        range.count == 2, range[0] >= 0, range[0] <= range[1], shape.allSatisfy({ $0 >= 0 })
      else { throw bad("the entry of \(name) is malformed") }
      entries.append(Entry(name: name, type: type, shape: shape, range: range[0]..<range[1]))
    }
    let metadata = object["__metadata__"] as? [String: String] ?? [:]
    return (SafetensorsHeader(entries, metadata: metadata), end)
  }
}

extension SafetensorsHeader.Entry {
  /// The number of elements; nil where it, or that of their bytes, does not fit an Int.
  var count: Int? {
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      if overflow || product > Int.max / 8 { return nil }
      count = product
    }
    return count
  }
}
