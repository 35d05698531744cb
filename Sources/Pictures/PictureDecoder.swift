import Tensors

/// Reads pictures of any kind that is known, by what their bytes begin with.
///
/// For one thread at a time. The libraries are opened when their first picture comes.
public final class PictureDecoder {
  private var jpeg: JPEGDecoder?
  private var png: PNGDecoder?

  /// A decoder that has opened no library.
  public init() {}

  /// Whether a file that begins with these bytes is a picture that can be read, by its kind.
  public static func library(of start: some Collection<UInt8>) -> PictureLibrary? {
    if start.starts(with: JPEGHeader.magic) { return .jpeg }
    return start.starts(with: PNGChunks.magic) ? .png : nil
  }

  /// The libraries' names and versions, for records: "libturbojpeg.so.0.2.0 0123456789abcdef" (its
  /// file and the XXH64 of it: it knows no version) and "libpng 1.6.39".
  ///
  /// Throws a `.data` failure that names the package of one that is not there.
  public static func version(_ library: PictureLibrary) throws(Failure) -> String {
    switch library {
    case .jpeg: try TurboJPEG().version()
    case .png: "libpng \(try LibPNG().version)"
    }
  }

  /// The picture in a file's bytes, upright; throws a `.data` failure that names `path` for one that
  /// cannot be read, and for a library that is not there.
  public func picture(_ bytes: [UInt8], _ path: String) throws(Failure) -> Picture {
    switch Self.library(of: bytes) {
    case .jpeg: return try jpegDecoder().picture(bytes, path)
    case .png: return try pngDecoder().picture(bytes, path)
    case nil: throw Failure(.data, "\(path) begins neither as a JPEG nor as a PNG file")
    }
  }

  private func jpegDecoder() throws(Failure) -> JPEGDecoder {
    if let jpeg { return jpeg }
    let decoder = JPEGDecoder(try TurboJPEG())
    jpeg = decoder
    return decoder
  }

  private func pngDecoder() throws(Failure) -> PNGDecoder {
    if let png { return png }
    let decoder = PNGDecoder(try LibPNG())
    png = decoder
    return decoder
  }
}
