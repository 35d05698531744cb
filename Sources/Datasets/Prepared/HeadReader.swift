import Tensors

/// Reads the numbers and texts of a prepared file's head, never behind its end.
struct HeadReader {
  private let bytes: [UInt8]
  private let path: String
  /// Where the bytes begin in the file.
  private let start: Int
  private var place = 0

  /// All of `bytes`, which begin at the byte `start` of the file at `path`, are to come.
  init(_ bytes: [UInt8], _ path: String, at start: Int) {
    (self.bytes, self.path, self.start) = (bytes, path, start)
  }

  /// Bytes that are left.
  var left: Int { bytes.count - place }

  /// The next bytes; throws a `.data` failure where there are fewer.
  mutating func take(_ count: Int) throws(Failure) -> ArraySlice<UInt8> {
    guard count >= 0, count <= left else { throw damaged("what is cut short") }
    defer { place += count }
    return bytes[place..<place + count]
  }

  /// The next number; throws as `take` does.
  mutating func number<Number: FixedWidthInteger>(_: Number.Type) throws(Failure) -> Number {
    let size = Number.bitWidth / 8
    return try take(size).withUnsafeBytes {
      Number(littleEndian: $0.loadUnaligned(as: Number.self))
    }
  }

  /// The next `count` numbers; throws as `take` does.
  mutating func numbers<Number: FixedWidthInteger>(_ count: Int) throws(Failure) -> [Number] {
    let size = Number.bitWidth / 8
    let (length, overflow) = count.multipliedReportingOverflow(by: size)
    if overflow { throw damaged("a number of images") }
    return try take(length).withUnsafeBytes { bytes in
      (0..<count).map {
        Number(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * size, as: Number.self))
      }
    }
  }

  /// The next number, which must lie within a range; throws a `.data` failure that says `what` it is.
  mutating func count<Number: FixedWidthInteger>(
    _: Number.Type,
    _ what: String,
    _ range: ClosedRange<Int>
  ) throws(Failure) -> Int {
    let offset = start + place
    let number = try number(Number.self)
    guard let count = Int(exactly: number), range.contains(count) else {
      throw Failure(.data, "\(path) has \(number) as \(what) at byte \(offset)")
    }
    return count
  }

  /// The next float, which must be a finite one; throws as `take` does.
  mutating func float() throws(Failure) -> Float {
    let float = Float(bitPattern: try number(UInt32.self))
    guard float.isFinite else { throw damaged("a number that is not finite") }
    return float
  }

  /// The next text; throws as `take` does.
  mutating func text() throws(Failure) -> String {
    let count = try number(UInt32.self)
    return String(decoding: try take(Int(count)), as: UTF8.self)
  }

  /// The failure that says what is wrong, and where this reader is.
  func damaged(_ what: String) -> Failure {
    Failure(.data, "\(path) is damaged: \(what) at byte \(start + place)")
  }
}
