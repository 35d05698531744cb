/// What stands in the segments before the first scan of a JPEG file, read without trusting any of it.
struct JPEGHeader {
  /// Bits of a sample, and how many components; nil where there is no frame.
  private(set) var frame: (bits: Int, components: Int)?
  /// What EXIF says of how the picture was held, 1…8; 1 where it says nothing.
  private(set) var orientation = 1

  /// Every JPEG file begins so.
  static let magic: [UInt8] = [0xff, 0xd8, 0xff]

  /// Reads as far as segments follow each other.
  init(_ bytes: some RandomAccessCollection<UInt8>) {
    var reader = BoundedBytes(Array(bytes))
    reader.skip(2)
    while let marker = Self.marker(&reader), marker != 0xda, marker != 0xd9 {
      // Those without a length: TEM and RST.
      if marker == 0x01 || (0xd0...0xd8).contains(marker) { continue }
      guard let length = reader.bigEndian16(), length >= 2, let body = reader.take(length - 2)
      else { return }
      // SOF0…SOF15 but DHT, JPG and DAC.
      if (0xc0...0xcf).contains(marker), ![0xc4, 0xc8, 0xcc].contains(marker), body.count >= 6 {
        frame = (Int(body[body.startIndex]), Int(body[body.startIndex + 5]))
      }
      if marker == 0xe1, let found = EXIFOrientation.read(Array(body)) { orientation = found }
    }
  }

  /// The next marker, behind as many fill bytes as there are.
  private static func marker(_ reader: inout BoundedBytes) -> UInt8? {
    guard reader.byte() == 0xff else { return nil }
    var marker = reader.byte()
    while marker == 0xff { marker = reader.byte() }
    return marker
  }
}
