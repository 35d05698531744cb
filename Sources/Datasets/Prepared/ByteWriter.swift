/// Bytes to which numbers and texts are added, little-endian.
struct ByteWriter {
  /// What was added.
  var bytes: [UInt8] = []

  /// Adds a number.
  mutating func add(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
  }

  /// Adds a text: its length in 32 bits, then UTF-8.
  mutating func add(_ text: String) {
    add(UInt32(text.utf8.count))
    bytes += text.utf8
  }
}
