import Containers
import Tensors

extension PreparedHead {
  /// The head of a prepared file, and the place of its first pixel.
  ///
  /// Throws a `.data` failure that names the file, and the offset, where it is damaged, cut short or
  /// of another version; takes no more memory than some times the head's length, which the file has.
  static func read(_ file: DataFile) throws(Failure) -> (head: PreparedHead, pixels: Int) {
    guard file.size >= preamble else {
      throw Failure(.data, "\(file.path) is cut short: it ends at byte \(file.size), in its head")
    }
    var start = HeadReader(try file.bytes(at: 0, count: preamble), file.path, at: 0)
    guard try start.take(magic.count) == magic[...] else {
      throw Failure(.data, "\(file.path) does not begin as a prepared file, at byte 0")
    }
    let version = try start.number(UInt32.self)
    guard version == Self.version else {
      throw Failure(
        .data,
        "\(file.path) is a prepared file of version \(version), at byte 8; this program reads "
          + "\(Self.version)"
      )
    }
    _ = try start.number(UInt32.self)
    let hash = try start.number(UInt64.self)
    let length = try start.number(UInt64.self)
    guard length <= UInt64(file.size - preamble) else {
      throw Failure(
        .data,
        "\(file.path) is cut short: it has \(file.size) bytes, and its head alone, from byte "
          + "\(preamble) on, has \(length)"
      )
    }
    let bytes = try file.bytes(at: preamble, count: Int(length))
    guard bytes.withUnsafeBytes({ XXH64.hash($0) }) == hash else {
      throw Failure(
        .data,
        "\(file.path) is damaged: bytes \(preamble) to \(preamble + Int(length)) are not those that "
          + "were written"
      )
    }
    var reader = HeadReader(bytes, file.path, at: preamble)
    let head = try PreparedHead(&reader)
    let pixels = Self.pixels(behind: Int(length))
    try head.check(file, pixels)
    return (head, pixels)
  }

  private init(_ reader: inout HeadReader) throws(Failure) {
    var sizes: [Int] = []
    for what in ["height", "width", "channels"] {
      sizes.append(try reader.count(UInt32.self, what, 1...(what == "channels" ? 4 : 65_535)))
    }
    shape = ImageShape(height: sizes[0], width: sizes[1], channels: sizes[2])
    let classCount = try reader.count(UInt32.self, "number of classes", 1...65_536)
    var (mean, deviation): ([Float], [Float]) = ([], [])
    for _ in 0..<shape.channels {
      mean.append(try reader.float())
      deviation.append(try reader.float())
    }
    guard deviation.allSatisfy({ $0 > 0 }) else { throw reader.damaged("the deviation") }
    normalization = Normalization(mean: mean, deviation: deviation)
    classes = []
    for _ in 0..<classCount { classes.append(try reader.text()) }
    (origin, decoder) = (try reader.text(), try reader.text())
    parts = []
    let count = try reader.count(UInt32.self, "number of parts", 1...3)
    for _ in 0..<count { parts.append(try Self.part(&reader, classCount)) }
    let names = parts.map(\.name)
    guard names == Self.partNames.filter(names.contains), names.first == Self.partNames.first,
      reader.left == 0
    else { throw reader.damaged("the list of parts") }
  }

  private static func part(_ reader: inout HeadReader, _ classes: Int) throws(Failure) -> Part {
    let name = try reader.text()
    let count = try reader.count(UInt64.self, "number of images", 1...max(1, reader.left / 10))
    let hasKeys = try reader.count(UInt32.self, "mark of split keys", 0...1) == 1
    let digest = try reader.take(32).hexadecimal
    let labels: [UInt16] = try reader.numbers(count)
    guard labels.allSatisfy({ $0 < classes }) else {
      throw reader.damaged("a label that has no class, before it:")
    }
    return Part(
      name: name,
      labels: labels,
      keys: hasKeys ? try reader.numbers(count) : nil,
      hashes: try reader.numbers(count),
      digest: digest
    )
  }

  /// Throws unless the file ends where its last pixel should.
  private func check(_ file: DataFile, _ pixels: Int) throws(Failure) {
    var end = (partialValue: pixels, overflow: false)
    for part in parts {
      let bytes = part.labels.count.multipliedReportingOverflow(by: shape.count)
      let next = end.partialValue.addingReportingOverflow(bytes.partialValue)
      end = (next.partialValue, end.overflow || bytes.overflow || next.overflow)
    }
    if !end.overflow, end.partialValue == file.size { return }
    throw Failure(
      .data,
      "\(file.path) has \(file.size) bytes, and by its head it "
        + (end.overflow ? "cannot have so few" : "should end at byte \(end.partialValue)")
    )
  }
}
