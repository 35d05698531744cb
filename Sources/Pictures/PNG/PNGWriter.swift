import CPictures
import Tensors

/// Writes PNG files by libpng.
public enum PNGWriter {
  /// The bytes of a PNG file of `picture`; throws a `.data` failure where libpng is missing or fails.
  public static func encoded(_ picture: Picture) throws(Failure) -> [UInt8] {
    let library = try LibPNG()
    return try library.withImage { image throws(Failure) in
      image.pointee.width = UInt32(picture.width)
      image.pointee.height = UInt32(picture.height)
      image.pointee.format = picture.channels == 1 ? LibPNG.grey : LibPNG.colour
      // What cannot be packed at all takes its own size, a byte a row and a little.
      var count = picture.bytes.count + picture.bytes.count / 100 + 2 * picture.height + 4096
      var bytes = [UInt8](repeating: 0, count: count)
      guard library.write(image, &bytes, &count, 0, picture.bytes, 0, nil) != 0 else {
        throw Failure(.data, "a PNG file cannot be made: \(LibPNG.text(image))")
      }
      bytes.removeLast(bytes.count - count)
      return bytes
    }
  }
}
