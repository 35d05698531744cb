import Tensors

/// Files that gzip packed, of one member or several.
package enum Gzip {
  /// Whether a source begins as such files do.
  package static func recognizes(_ source: any ByteSource) throws(Failure) -> Bool {
    guard source.size > 2 else { return false }
    return try source.bytes(at: 0, count: 2) == [0x1f, 0x8b]
  }

  /// All that was packed, in memory: at most 64 times the bytes of the source and 16 MiB.
  ///
  /// Zeros behind the last member are let pass, as gzip does. Throws a `.data` failure where it is
  /// damaged or more comes out.
  package static func unpacked(_ source: any ByteSource) throws(Failure) -> UnpackedBytes {
    let most = UnpackingLimit.bytes(of: source.size)
    let inflater = Inflater(source, .gzip)
    var (bytes, offset) = ([UInt8](), 0)
    repeat {
      offset = try inflater.unpack(offset..<source.size, into: &bytes, most: most)
    } while try !isPadding(source, from: offset)
    return UnpackedBytes(bytes, of: source)
  }

  /// What comes out of the first 4096 bytes of a source, damaged or not: some 1000 times as much at
  /// most.
  package static func beginning(of source: any ByteSource) -> [UInt8] {
    var bytes: [UInt8] = []
    let range = 0..<min(source.size, 4096)
    _ = try? Inflater(source, .gzip).unpack(range, into: &bytes, most: 1 << 23)
    return bytes
  }

  /// Whether nothing but zeros follows.
  private static func isPadding(
    _ source: any ByteSource,
    from offset: Int
  ) throws(Failure) -> Bool {
    guard offset < source.size, try source.bytes(at: offset, count: 1) == [0] else {
      return offset == source.size
    }
    var cursor = ByteCursor(source, at: offset)
    while cursor.left > 0 {
      guard try cursor.byte() == 0 else {
        throw Failure(.data, "\(source.path) is damaged: byte \(cursor.offset - 1) is of no member")
      }
    }
    return true
  }
}
