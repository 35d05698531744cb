import Tensors

/// Reads JPEG files by libjpeg-turbo: baseline and progressive, grey and three colours of 8 bits, to
/// the pixels that PIL has with the same version of the library (the exact inverse transform,
/// smooth upsampling), turned upright as EXIF says.
///
/// It keeps no state: any thread may use it. Each file gets a handle of its own, since one remembers
/// tables of earlier files and, after an error, where it was: what a damaged file shows would depend
/// on what the thread read before. A warning of the library (data cut short or damaged) is an error.
struct JPEGDecoder: Sendable {
  /// The most pixels for each byte of a file: with Huffman codes a block of 64 takes a bit at least.
  private static let pixelsPerByte = 512

  private let library: TurboJPEG

  /// A decoder.
  init(_ library: TurboJPEG) { self.library = library }

  /// What a file says it is, without its pixels: columns and rows as they are stored, before the
  /// picture is turned, and 1 or 3 channels.
  private struct Kind {
    let (width, height): (Int, Int)
    let channels: Int
  }

  /// The picture in a file's bytes; throws a `.data` failure that names `path` for one that cannot
  /// be read: damaged, of more than 8 bits, of four colours, or larger than its bytes can hold.
  func picture(_ bytes: [UInt8], _ path: String) throws(Failure) -> Picture {
    let header = JPEGHeader(bytes)
    if let (bits, components) = header.frame { try Self.check(bits, components, path) }
    guard let handle = library.initDecompress() else {
      throw Failure(.data, "\(path) cannot be read: \(text(nil))")
    }
    defer { _ = library.destroy(handle) }
    let kind = try kind(bytes, path, handle)
    // Zeros, so that nothing of the library's making could show what memory held.
    var pixels = [UInt8](repeating: 0, count: kind.width * kind.height * kind.channels)
    let code = library.decompress(
      handle,
      bytes,
      UInt(bytes.count),
      &pixels,
      Int32(kind.width),
      0,
      Int32(kind.height),
      kind.channels == 1 ? TurboJPEG.grey : TurboJPEG.colour,
      TurboJPEG.flags
    )
    if code != 0 { throw damaged(path, handle) }
    return Picture(
      width: kind.width,
      height: kind.height,
      channels: kind.channels,
      bytes: pixels
    ).turned(header.orientation)
  }

  /// Throws where samples or components are such as are not read.
  private static func check(_ bits: Int, _ components: Int, _ path: String) throws(Failure) {
    if bits != 8 {
      throw Failure(.data, "\(path) has \(bits) bits a sample; JPEG is read with 8")
    }
    if components == 1 || components == 3 { return }
    throw Failure(
      .data,
      components == 4
        ? "\(path) is in four colours (CMYK): convert it to RGB"
        : "\(path) has \(components) components; JPEG is read with 1 or 3"
    )
  }

  /// Looks at the head of a file; throws as `picture` does.
  private func kind(
    _ bytes: [UInt8],
    _ path: String,
    _ handle: TurboJPEG.Handle
  ) throws(Failure) -> Kind {
    var (width, height, sampling, space): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
    let code = library.decompressHeader(
      handle,
      bytes,
      UInt(bytes.count),
      &width,
      &height,
      &sampling,
      &space
    )
    if code != 0 { throw damaged(path, handle) }
    if space >= TurboJPEG.firstOfFour { try Self.check(8, 4, path) }
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
      channels: space == TurboJPEG.greySpace ? 1 : 3
    )
  }

  private func damaged(_ path: String, _ handle: TurboJPEG.Handle) -> Failure {
    Failure(.data, "\(path) is no JPEG that can be read: \(text(handle))")
  }

  private func text(_ handle: TurboJPEG.Handle?) -> String {
    library.errorText(handle).map { String(cString: $0) } ?? "no reason given"
  }
}
