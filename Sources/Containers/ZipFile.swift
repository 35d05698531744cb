import CZlib
import Tensors

/// A zip file, as npz files are: its directory, and the files in it by name.
///
/// The format is PKWARE's APPNOTE.TXT, zip64 included. A file that is stored is a place in the zip
/// file, without a copy and without a look at its checksum; one that is deflated is unpacked into
/// memory, at most 64 times its packed bytes and 16 MiB, and checked.
package struct ZipFile: Sendable {
  /// What is in it, in the order of its directory.
  package let entries: [ZipEntry]
  private let source: any ByteSource

  /// Whether a source begins as such files do.
  package static func recognizes(_ source: any ByteSource) throws(Failure) -> Bool {
    guard source.size > 4 else { return false }
    return try source.bytes(at: 0, count: 4) == [0x50, 0x4b, 3, 4]
  }

  /// Reads the directory.
  ///
  /// Throws a `.data` failure that names source and byte where there is none or it is malformed.
  package init(_ source: any ByteSource) throws(Failure) {
    self.source = source
    entries = try ZipDirectory(source).entries()
  }

  /// The bytes of the file called `name`; nil where there is none.
  ///
  /// Throws a `.data` failure where there are two, and where it is packed in another way than by
  /// deflating, damaged, or larger than what may be unpacked.
  package func contents(
    _ name: String
  ) throws(Failure) -> (source: any ByteSource, range: Range<Int>)? {
    let found = entries.filter { $0.name == name }
    guard let entry = found.first else { return nil }
    guard found.count == 1 else { throw failure(entry, "stands there \(found.count) times") }
    guard entry.flags & 1 == 0 else { throw failure(entry, "is encrypted") }
    let range = try place(of: entry)
    switch entry.method {
    case 0:
      guard entry.size == entry.packedSize else {
        throw failure(entry, "is stored and has two sizes, \(entry.size) and \(entry.packedSize)")
      }
      return (source, range)
    case 8: return (try unpacked(entry, range), 0..<entry.size)
    case let method:
      throw failure(entry, "is packed by method \(method); only deflated and stored files are read")
    }
  }

  /// Where the bytes of a file lie: behind its own header, which must agree.
  private func place(of entry: ZipEntry) throws(Failure) -> Range<Int> {
    var cursor = ByteCursor(source, at: entry.header)
    guard try cursor.number(UInt32.self) == 0x0403_4b50 else {
      throw failure(entry, "has no header at byte \(entry.header)")
    }
    _ = try cursor.skip(22)
    let (nameSize, extraSize) = (try cursor.number(UInt16.self), try cursor.number(UInt16.self))
    guard String(decoding: try cursor.bytes(Int(nameSize)), as: UTF8.self) == entry.name else {
      throw failure(entry, "has another name at byte \(entry.header)")
    }
    _ = try cursor.skip(Int(extraSize))
    let start = try cursor.skip(entry.packedSize)
    return start..<start + entry.packedSize
  }

  private func unpacked(
    _ entry: ZipEntry,
    _ range: Range<Int>
  ) throws(Failure) -> UnpackedBytes {
    let most = UnpackingLimit.bytes(of: entry.packedSize)
    guard entry.size <= most else {
      throw failure(
        entry,
        "unpacks from \(entry.packedSize) bytes to \(entry.size): no images shrink that much"
      )
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entry.size)
    let end = try Inflater(source, .raw).unpack(range, into: &bytes, most: entry.size)
    guard bytes.count == entry.size else {
      throw failure(entry, "unpacks to \(bytes.count) bytes in place of \(entry.size)")
    }
    guard end == range.upperBound else { throw failure(entry, "ends early, at byte \(end)") }
    let sum = bytes.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }
    guard UInt32(truncatingIfNeeded: sum) == entry.checksum else {
      throw failure(entry, "is damaged: its checksum is another")
    }
    return UnpackedBytes(bytes, of: source)
  }

  private func failure(_ entry: ZipEntry, _ what: String) -> Failure {
    Failure(.data, "\(source.path): \(entry.name), at byte \(entry.header), \(what)")
  }
}
