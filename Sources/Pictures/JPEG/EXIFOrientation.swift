/// How a camera was held, from the EXIF data of a file.
enum EXIFOrientation {
  /// The orientation, 1…8, in the body of an APP1 segment; nil where it says none that there is.
  ///
  /// Read as EXIF 2.3 has it: "Exif", two zeros, then a TIFF file, whose first directory may hold
  /// the tag 0x0112, a number of 16 bits. Nothing else is looked at.
  static func read(_ body: [UInt8]) -> Int? {
    guard body.starts(with: [0x45, 0x78, 0x69, 0x66, 0, 0]) else { return nil }
    let tiff = Array(body[6...])
    guard tiff.count >= 8 else { return nil }
    let isLittle = tiff.starts(with: [0x49, 0x49, 42, 0])
    guard isLittle || tiff.starts(with: [0x4d, 0x4d, 0, 42]) else { return nil }
    func number(_ place: Int, _ count: Int) -> Int? {
      guard place >= 0, count <= tiff.count, place <= tiff.count - count else { return nil }
      let bytes = tiff[place..<place + count]
      return isLittle
        ? bytes.reversed().reduce(0) { $0 << 8 | Int($1) } : bytes.reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = number(4, 4), let entries = number(directory, 2) else { return nil }
    for entry in 0..<entries {
      let place = directory + 2 + 12 * entry
      guard let tag = number(place, 2) else { return nil }
      if tag != 0x0112 { continue }
      guard number(place + 2, 2) == 3, let value = number(place + 8, 2) else { return nil }
      return (1...8).contains(value) ? value : nil
    }
    return nil
  }
}
