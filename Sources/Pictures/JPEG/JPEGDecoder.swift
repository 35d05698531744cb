import Tensors

/// Reads JPEG files by libjpeg-turbo: baseline and progressive, grey and three colours of 8 bits, to
/// the pixels that PIL has with the same version of the library (the exact inverse transform,
/// smooth upsampling), turned upright as EXIF says.
///
/// For one thread at a time; it remembers nothing from one file to the next. A warning of the
/// library (data cut short or damaged) is an error.
final class JPEGDecoder {
  /// The most pixels for each byte of a file: with Huffman codes a block of 64 takes a bit at least.
  private static let pixelsPerByte = 512

  private let library: TurboJPEG
  private let handle: TurboJPEG.Handle

  /// A decoder; throws a `.data` failure where the library has no memory for one.
  init(_ library: TurboJPEG) throws(Failure) {
    guard let handle = library.initDecompress() else {
      throw Failure(.data, "libjpeg-turbo cannot start: \(Self.text(library, nil))")
    }
    (self.library, self.handle) = (library, handle)
  }

  deinit { _ = library.destroy(handle) }

  /// What a file says it is, without its pixels.
  struct Kind {
    /// Columns and rows as they are stored, before the picture is turned.
    let (width, height): (Int, Int)
    /// 1 or 3.
    let channels: Int
    /// As EXIF has it, 1…8.
    let orientation: Int
  }

  /// Looks at the head of a file; throws a `.data` failure that names `path` for one that cannot be
  /// read: damaged, of more than 8 bits, of four colours, or larger than its bytes can hold.
  func kind(_ bytes: [UInt8], _ path: String) throws(Failure) -> Kind {
    let header = JPEGHeader(bytes)
    if let (bits, components) = header.frame {
      if bits != 8 { throw Failure(.data, "\(path) has \(bits) bits a sample; JPEG is read with 8") }
      guard components == 1 || components == 3 else {
        throw Failure(
          .data,
          components == 4
            ? "\(path) is in four colours (CMYK): convert it to RGB"
            : "\(path) has \(components) components; JPEG is read with 1 or 3"
        )
      }
    }
    var (width, height, sampling, space): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
    let code = library.decompressHeader(
      handle, bytes, UInt(bytes.count), &width, &height, &sampling, &space
    )
    if code != 0 { throw damaged(path) }
    if space >= TurboJPEG.firstOfFour {
      throw Failure(.data, "\(path) is in four colours (CMYK): convert it to RGB")
    }
    let pixels = Int(width).multipliedReportingOverflow(by: Int(height))
    guard width > 0, height > 0, !pixels.overflow, pixels.partialValue <= Picture.mostPixels,
      pixels.partialValue / Self.pixelsPerByte <= bytes.count
    else {
      throw Failure(
        .data,
        "\(path) says it has \(width) × \(height) pixels, which its \(bytes.count) bytes cannot "
          + "hold or are more than \(Picture.mostPixels)"
      )
    }
    return Kind(
      width: Int(width),
      height: Int(height),
      channels: space == TurboJPEG.greySpace ? 1 : 3,
      orientation: header.orientation
    )
  }

  /// The picture in a file's bytes; throws a `.data` failure that names `path`.
  func picture(_ bytes: [UInt8], _ path: String) throws(Failure) -> Picture {
    let kind = try kind(bytes, path)
    let size = kind.width * kind.height * kind.channels
    // Zeros, so that nothing of the library's making could show what memory held.
    var pixels = [UInt8](repeating: 0, count: size)
    let code = library.decompress(
      handle, bytes, UInt(bytes.count), &pixels, Int32(kind.width), 0, Int32(kind.height),
      kind.channels == 1 ? TurboJPEG.grey : TurboJPEG.colour, TurboJPEG.flags
    )
    if code != 0 { throw damaged(path) }
    return Picture(
      width: kind.width,
      height: kind.height,
      channels: kind.channels,
      bytes: pixels
    ).turned(kind.orientation)
  }

  private func damaged(_ path: String) -> Failure {
    Failure(.data, "\(path) is no JPEG that can be read: \(Self.text(library, handle))")
  }

  private static func text(_ library: TurboJPEG, _ handle: TurboJPEG.Handle?) -> String {
    library.errorText(handle).map { String(cString: $0) } ?? "no reason given"
  }
}
