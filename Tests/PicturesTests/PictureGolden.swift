import Foundation
import Pictures
import TestSupport

/// Tests/Goldens/pictures.json: picture files, and what Pillow reads and resizes them to.
struct PictureGolden: Decodable {
  /// A file and its picture; none where it is to be refused.
  struct File: Decodable {
    let name: String
    let file: Data
    let width: Int?
    let height: Int?
    let channels: Int?
    let pixels: Data?

    /// The bytes of the file.
    var bytes: [UInt8] { Array(file) }

    /// What Pillow reads; nil where it is to be refused.
    var picture: Picture? {
      guard let width, let height, let channels, let pixels else { return nil }
      return Picture(width: width, height: height, channels: channels, bytes: Array(pixels))
    }
  }

  /// A request and what becomes of the picture of `source`.
  struct Resized: Decodable {
    let width: Int
    let height: Int
    let channels: Int
    let filter: String
    let size: Int
    let crop: String
    let pixels: Data
  }

  let files: [File]
  let resized: [Resized]

  /// Reads the file; throws where it is missing or damaged.
  static func read() throws -> PictureGolden { try readGolden("pictures.json") }

  /// The bytes of one of its files.
  static func file(_ name: String) throws -> [UInt8] {
    guard let file = try read().files.first(where: { $0.name == name }) else {
      throw CocoaError(.fileNoSuchFile)
    }
    return file.bytes
  }

  /// The picture that the script resizes.
  static func source(width: Int, height: Int, channels: Int) -> Picture {
    var bytes: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<channels {
          let value = x * x * 3 + y * 7 * (c + 1) + x * y * (c + 2)
          bytes.append(UInt8(value % 256))
        }
      }
    }
    return Picture(width: width, height: height, channels: channels, bytes: bytes)
  }
}
