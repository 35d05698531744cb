import Tensors

/// The directory at the end of a zip file.
struct ZipDirectory {
  /// More no directory has; npz files have three entries.
  private static let largest = 1 << 24

  private let source: any ByteSource
  private var start = 0
  private var size = 0
  private var count = 0

  /// Finds the directory; throws a `.data` failure where there is none.
  init(_ source: any ByteSource) throws(Failure) {
    self.source = source
    // The record that ends a file, 22 bytes, and a comment of up to 65,535.
    let tail = min(source.size, 22 + 0xffff)
    let bytes = try source.bytes(at: source.size - tail, count: tail)
    guard let place = Self.end(in: bytes) else {
      throw Failure(
        .data,
        "\(source.path) is cut off or no zip file: it has no directory at its end"
      )
    }
    let end = source.size - tail + place
    var cursor = ByteCursor(source, at: end + 10)
    count = Int(try cursor.number(UInt16.self))
    size = Int(try cursor.number(UInt32.self))
    start = Int(try cursor.number(UInt32.self))
    if count == 0xffff || size == 0xffff_ffff || start == 0xffff_ffff { try readLarge(before: end) }
    guard start >= 0, size >= 0, start <= end, size <= end - start, size <= Self.largest,
      count <= size / 46
    else {
      throw Failure(
        .data,
        "\(source.path): byte \(end) tells of a directory of \(count) files and \(size) bytes at "
          + "byte \(start)"
      )
    }
  }

  /// Where the last record that ends a zip file begins, in the file's last bytes.
  private static func end(in bytes: [UInt8]) -> Int? {
    guard bytes.count >= 22 else { return nil }
    for place in stride(from: bytes.count - 22, through: 0, by: -1)
    where bytes[place..<place + 4].elementsEqual([0x50, 0x4b, 5, 6]) {
      let comment = Int(bytes[place + 20]) | Int(bytes[place + 21]) << 8
      if place + 22 + comment == bytes.count { return place }
    }
    return nil
  }

  /// Reads the numbers of zip64, where there are some: a locator before the last record says where.
  private mutating func readLarge(before end: Int) throws(Failure) {
    guard end >= 20 else { return }
    var cursor = ByteCursor(source, at: end - 20)
    guard try cursor.number(UInt32.self) == 0x0706_4b50 else { return }
    _ = try cursor.skip(4)
    let place = Int(clamping: try cursor.number(UInt64.self))
    cursor = ByteCursor(source, at: place)
    guard place < end, try cursor.number(UInt32.self) == 0x0606_4b50 else {
      throw Failure(.data, "\(source.path): byte \(end - 20) tells of no zip64 directory")
    }
    _ = try cursor.skip(28)
    count = Int(clamping: try cursor.number(UInt64.self))
    size = Int(clamping: try cursor.number(UInt64.self))
    start = Int(clamping: try cursor.number(UInt64.self))
  }

  /// The files, in order; throws a `.data` failure that names the byte where one is malformed.
  func entries() throws(Failure) -> [ZipEntry] {
    var (cursor, entries) = (ByteCursor(source, at: start), [ZipEntry]())
    entries.reserveCapacity(count)
    for _ in 0..<count { entries.append(try entry(&cursor)) }
    return entries
  }

  private func entry(_ cursor: inout ByteCursor) throws(Failure) -> ZipEntry {
    let place = cursor.offset
    guard try cursor.number(UInt32.self) == 0x0201_4b50 else {
      throw Failure(.data, "\(source.path): byte \(place) begins no entry of the directory")
    }
    _ = try cursor.skip(4)
    let (flags, method) = (try cursor.number(UInt16.self), try cursor.number(UInt16.self))
    _ = try cursor.skip(4)
    let checksum = try cursor.number(UInt32.self)
    var sizes = [Int(try cursor.number(UInt32.self)), Int(try cursor.number(UInt32.self))]
    let (nameSize, extraSize) = (try cursor.number(UInt16.self), try cursor.number(UInt16.self))
    let commentSize = try cursor.number(UInt16.self)
    _ = try cursor.skip(8)
    sizes.append(Int(try cursor.number(UInt32.self)))
    let name = String(decoding: try cursor.bytes(Int(nameSize)), as: UTF8.self)
    try readLarge(&sizes, cursor.bytes(Int(extraSize)))
    _ = try cursor.skip(Int(commentSize))
    return ZipEntry(
      name: name,
      method: method,
      flags: flags,
      checksum: checksum,
      packedSize: sizes[0],
      size: sizes[1],
      header: sizes[2]
    )
  }

  /// Takes sizes that 32 bits do not hold from an entry's extra fields: those that are 0xffffffff,
  /// in the order of size, packed size, place.
  private func readLarge(_ sizes: inout [Int], _ extra: [UInt8]) throws(Failure) {
    let large = [1, 0, 2].filter { sizes[$0] == 0xffff_ffff }
    guard !large.isEmpty else { return }
    var place = 0
    while place + 4 <= extra.count {
      let end = place + 4 + (Int(extra[place + 2]) | Int(extra[place + 3]) << 8)
      if extra[place] == 1, extra[place + 1] == 0, end <= extra.count {
        for (number, which) in large.enumerated() where place + 12 + 8 * number <= end {
          let start = place + 4 + 8 * number
          let value = extra[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
          sizes[which] = Int(clamping: value)
        }
        return
      }
      place = end
    }
  }
}
