import Tensors

/// Reads a source from one place on, number after number, a block at a time.
struct ByteCursor {
  private static let blockSize = 1 << 14

  let source: any ByteSource
  /// Where the next byte lies.
  private(set) var offset: Int
  private var block: [UInt8] = []
  private var blockStart = 0

  /// A cursor that begins at `offset`.
  init(_ source: any ByteSource, at offset: Int = 0) {
    (self.source, self.offset) = (source, offset)
  }

  /// Bytes from here to the end; none behind it.
  var left: Int { max(0, source.size - offset) }

  /// The next byte.
  mutating func byte() throws(Failure) -> UInt8 {
    try check(1)
    let place = offset - blockStart
    offset += 1
    if place >= 0, place < block.count { return block[place] }
    blockStart = offset - 1
    block = try source.bytes(at: blockStart, count: min(Self.blockSize, source.size - blockStart))
    return block[0]
  }

  /// The next number, little-endian.
  mutating func number<Number: FixedWidthInteger>(
    _: Number.Type = Number.self
  ) throws(Failure) -> Number {
    try check(Number.bitWidth / 8)
    var value: Number = 0
    for place in 0..<Number.bitWidth / 8 { value |= try Number(byte()) << (8 * place) }
    return value
  }

  /// The next `count` bytes; for few of them.
  mutating func bytes(_ count: Int) throws(Failure) -> [UInt8] {
    try check(count)
    let bytes = try source.bytes(at: offset, count: count)
    offset += count
    return bytes
  }

  /// Goes over `count` bytes, which must be there; returns where they begin.
  mutating func skip(_ count: Int) throws(Failure) -> Int {
    try check(count)
    offset += count
    return offset - count
  }

  /// Throws unless `count` bytes are left.
  private func check(_ count: Int) throws(Failure) {
    guard count >= 0, offset >= 0, count <= left else {
      throw Failure(
        .data,
        "\(source.path) ends early: at byte \(offset) of \(source.size), \(count) more are due"
      )
    }
  }
}
