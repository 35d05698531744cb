import CPictures
import Tensors

/// Reads PNG files by libpng: grey, colour and palette of up to 8 bits, to the bytes as they are
/// stored; what is transparent shows white behind it.
///
/// It keeps no state: any thread may use it.
struct PNGDecoder: Sendable {
  private let library: LibPNG

  /// A decoder.
  init(_ library: LibPNG) { self.library = library }

  /// The picture in a file's bytes; throws a `.data` failure that names `path`.
  ///
  /// A warning of the library (packed data of another length) is an error. A palette is colour.
  func picture(_ bytes: [UInt8], _ path: String) throws(Failure) -> Picture {
    let chunks = try PNGChunks(bytes, path)
    let channels = chunks.isColour ? 3 : 1
    let stored = channels + (chunks.hasAlpha ? 1 : 0)
    var pixels = [UInt8](repeating: 0, count: chunks.width * chunks.height * stored)
    try library.withImage { image throws(Failure) in
      guard library.beginRead(image, chunks.bytes, chunks.bytes.count) != 0 else {
        throw Self.damaged(path, image)
      }
      guard Int(image.pointee.width) == chunks.width, Int(image.pointee.height) == chunks.height
      else { throw Failure(.data, "\(path) has two sizes") }
      image.pointee.format =
        (chunks.isColour ? LibPNG.colour : LibPNG.grey) | (chunks.hasAlpha ? LibPNG.alpha : 0)
      guard library.finishRead(image, nil, &pixels, 0, nil) != 0,
        image.pointee.warning_or_error == 0
      else { throw Self.damaged(path, image) }
    }
    return Picture(
      width: chunks.width,
      height: chunks.height,
      channels: channels,
      bytes: chunks.hasAlpha ? Self.overWhite(pixels, channels: channels) : pixels
    )
  }

  /// Each channel c with the alpha a becomes (c·a + 255·(255 − a)) / 255, to the nearest.
  private static func overWhite(_ pixels: [UInt8], channels: Int) -> [UInt8] {
    let count = pixels.count / (channels + 1)
    return [UInt8](unsafeUninitializedCapacity: count * channels) { out, size in
      for pixel in 0..<count {
        let start = pixel * (channels + 1)
        let alpha = Int(pixels[start + channels])
        for channel in 0..<channels {
          let sum = Int(pixels[start + channel]) * alpha + 255 * (255 - alpha)
          out[pixel * channels + channel] = UInt8((sum + 127) / 255)
        }
      }
      size = count * channels
    }
  }

  private static func damaged(_ path: String, _ image: LibPNG.Image) -> Failure {
    Failure(.data, "\(path) is no PNG that can be read: \(LibPNG.text(image))")
  }
}
