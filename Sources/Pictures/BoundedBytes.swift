/// Bytes that are read from front to back and never behind their end.
struct BoundedBytes {
  private let bytes: [UInt8]
  /// The number of bytes read.
  private(set) var place = 0

  /// All of them are to come.
  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The bytes that are left.
  var left: Int { bytes.count - place }

  /// The next byte; nil at the end.
  mutating func byte() -> UInt8? {
    guard place < bytes.count else { return nil }
    defer { place += 1 }
    return bytes[place]
  }

  /// Passes over some bytes, or all where there are fewer.
  mutating func skip(_ count: Int) { place += max(0, min(count, left)) }

  /// The next `count` bytes; nil, and nothing is read, where there are fewer.
  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, count <= left else { return nil }
    defer { place += count }
    return bytes[place..<place + count]
  }

  /// The next two bytes as a number, the upper byte first; nil where there are fewer.
  mutating func bigEndian16() -> Int? { take(2).map { $0.reduce(0) { $0 << 8 | Int($1) } } }

  /// The next four bytes as a number, the upper byte first; nil where there are fewer.
  mutating func bigEndian32() -> Int? { take(4).map { $0.reduce(0) { $0 << 8 | Int($1) } } }
}
