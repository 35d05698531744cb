import Tensors

/// What stands before the pixels of a prepared file, in memory; every number is little-endian.
///
/// The file begins with "AWDDPIMG", the version 1 (32 bits), 32 zero bits, the XXH64 of the head and
/// its length in bytes (64 bits each). The head: height, width, channels, number of classes (32 bits
/// each); mean and deviation of each channel (32-bit floats); the classes' names, what the images
/// were made from and what decoded them (each as its length in 32 bits, then UTF-8); the number of
/// parts (32 bits). Of each part: its name as such text, the number of images (64 bits), 1 or 0 for
/// whether there are split keys (32 bits), the SHA-256 of its images (32 bytes, `ImageDigest`), then
/// for each image its label (16 bits), for each its split key (64 bits) if there are any, and for
/// each the XXH64 of its pixels (64 bits). Pixels follow from the next multiple of 4096 on, part
/// after part without gaps, height × width × channels bytes of each image.
struct PreparedHead {
  /// Some of the images.
  struct Part {
    /// "train", "val" or "test".
    var name: String
    var labels: [UInt16]
    /// `ImageDataset.splitKey` of each image; nil where their places decide.
    var keys: [UInt64]?
    /// The XXH64 of the pixels of each image.
    var hashes: [UInt64]
    /// The `ImageDigest` of them all, 64 hexadecimal digits.
    var digest: String
  }

  static let magic = Array("AWDDPIMG".utf8)
  static let version: UInt32 = 1
  /// Bytes before the head.
  static let preamble = 32
  /// What the first pixel's place is a multiple of.
  static let alignment = 4096
  /// The names of parts, in their order.
  static let partNames = ["train", "val", "test"]

  var shape: ImageShape
  var classes: [String]
  var normalization: Normalization
  /// What the images were made from, and how: for people.
  var origin: String
  /// `DataSource.decoder`; empty for none.
  var decoder: String
  var parts: [Part]

  /// The first byte of the pixels behind a head of `length` bytes.
  static func pixels(behind length: Int) -> Int {
    (preamble + length + alignment - 1) / alignment * alignment
  }

  /// Preamble, head and zeros up to the pixels.
  var encoded: [UInt8] {
    var head = ByteWriter()
    for number in [shape.height, shape.width, shape.channels, classes.count] {
      head.add(UInt32(number))
    }
    for pair in zip(normalization.mean, normalization.deviation) {
      head.add(pair.0.bitPattern)
      head.add(pair.1.bitPattern)
    }
    for text in classes + [origin, decoder] { head.add(text) }
    head.add(UInt32(parts.count))
    for part in parts {
      head.add(part.name)
      head.add(UInt64(part.labels.count))
      head.add(UInt32(part.keys == nil ? 0 : 1))
      head.bytes += Self.bytes(ofDigest: part.digest)
      for label in part.labels { head.add(label) }
      for key in part.keys ?? [] { head.add(key) }
      for hash in part.hashes { head.add(hash) }
    }
    var file = ByteWriter()
    file.bytes += Self.magic
    file.add(Self.version)
    file.add(UInt32(0))
    file.add(head.bytes.withUnsafeBytes { XXH64.hash($0) })
    file.add(UInt64(head.bytes.count))
    file.bytes += head.bytes
    let zeros = Self.pixels(behind: head.bytes.count) - file.bytes.count
    file.bytes += Array(repeating: 0, count: zeros)
    return file.bytes
  }

  /// 64 hexadecimal digits as 32 bytes.
  private static func bytes(ofDigest digits: String) -> [UInt8] {
    let digits = Array(digits.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).map { place in
      UInt8(String(decoding: digits[place..<place + 2], as: UTF8.self), radix: 16) ?? 0
    }
  }
}
