import Tensors

/// What a PNG file says it is, and those of its chunks that decide its pixels as stored.
///
/// Chunks that say how a screen should show it (gamma, profiles) are left out, so that no library
/// applies them, as PIL does not; text and times, which may unpack to anything, too.
struct PNGChunks {
  /// Columns and rows.
  private(set) var (width, height) = (0, 0)
  /// Bits of a sample, and the colour type: bit 0 palette, bit 1 colour, bit 2 alpha.
  private(set) var (bits, type) = (0, 0)
  /// Whether some colours are transparent without an alpha channel.
  private(set) var hasTransparency = false
  /// The file with nothing else in it.
  private(set) var bytes: [UInt8]
  /// Bytes of packed pixels.
  private(set) var packed = 0

  /// Every PNG file begins so.
  static let magic: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  /// Goes through the chunks of a file up to its end; throws a `.data` failure that names `path` and
  /// the offset of what is cut short or not in its place.
  init(_ file: [UInt8], _ path: String) throws(Failure) {
    var reader = BoundedBytes(file)
    guard let magic = reader.take(8), magic.elementsEqual(Self.magic) else {
      throw Failure(.data, "\(path) does not begin as a PNG file")
    }
    bytes = Self.magic
    while true {
      let start = reader.place
      guard let length = reader.bigEndian32(), let name = reader.take(4),
        let body = reader.take(length), reader.take(4) != nil
      else { throw Failure(.data, "\(path) is cut short in the chunk at byte \(start)") }
      let kind = String(decoding: name, as: UTF8.self)
      if (start == 8) != (kind == "IHDR") {
        throw Failure(.data, "\(path) has no header where it begins, or another at byte \(start)")
      }
      switch kind {
      case "IHDR": try header(Array(body), path)
      case "tRNS": hasTransparency = true
      case "IDAT": packed += length
      case "PLTE", "IEND": break
      default:
        // A capital letter says that it cannot be read without.
        if let first = name.first, first & 0x20 == 0 {
          throw Failure(.data, "\(path) has a chunk \(kind) at byte \(start), which is not known")
        }
        continue
      }
      bytes += file[start..<reader.place]
      if kind == "IEND" { break }
    }
    try checkSize(path)
  }

  /// Whether the picture has three colours, by its type or its palette.
  var isColour: Bool { type & 2 != 0 }
  /// Whether it has an alpha channel or transparent colours.
  var hasAlpha: Bool { type & 4 != 0 || hasTransparency }

  private mutating func header(_ body: [UInt8], _ path: String) throws(Failure) {
    var reader = BoundedBytes(body)
    guard body.count == 13, let width = reader.bigEndian32(), let height = reader.bigEndian32(),
      let bits = reader.byte(), let type = reader.byte()
    else { throw Failure(.data, "\(path) has a header of \(body.count) bytes instead of 13") }
    (self.width, self.height, self.bits, self.type) = (width, height, Int(bits), Int(type))
    if bits == 16 {
      throw Failure(.data, "\(path) has 16 bits a channel; PNG is read with 8 at most")
    }
    // Those of the standard; the bound on the size is by them.
    let isKnown = type == 0 || type == 3 ? [1, 2, 4, 8].contains(bits) : [2, 4, 6].contains(type)
    guard isKnown, type == 0 || type == 3 || bits == 8 else {
      throw Failure(.data, "\(path) has \(bits) bits a channel in colours of type \(type)")
    }
  }

  /// Throws where there are more pixels than the packed bytes can unpack to: deflate makes at most
  /// 1032 of one.
  private func checkSize(_ path: String) throws(Failure) {
    let samples = type & 1 != 0 || type & 2 == 0 ? 1 : 3
    let pixels = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0, !pixels.overflow, pixels.partialValue <= Picture.mostPixels,
      pixels.partialValue * samples * bits / 8 / 1032 <= packed
    else {
      throw Failure(
        .data,
        "\(path) says it has \(width) × \(height) pixels, which its \(packed) packed bytes cannot "
          + "hold or are more than \(Picture.mostPixels)"
      )
    }
  }
}
