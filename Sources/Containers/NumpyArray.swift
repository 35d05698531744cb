import Tensors

/// An array of numbers that lies in a source, row by row: its type, its shape and its place.
package struct NumpyArray: Sendable {
  /// Where its bytes are.
  package let source: any ByteSource
  /// The first of them.
  package let offset: Int
  /// The type of an element.
  package let element: NumpyElement
  /// The sizes, outermost first; none of a single number.
  package let shape: [Int]
  /// The number of elements.
  package let count: Int

  /// Bytes of all elements.
  package var byteCount: Int { count * element.size }

  /// The array at `offset` of `source`.
  ///
  /// Throws a `.data` failure where a size is negative or the source is too short for it.
  package init(
    _ element: NumpyElement,
    _ shape: [Int],
    at offset: Int,
    of source: any ByteSource
  ) throws(Failure) {
    var (count, overflows) = (1, false)
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      overflows = overflows || overflow || size < 0
      count = product
    }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: element.size)
    guard !overflows, !overflow, offset >= 0, bytes <= source.size - offset else {
      throw Failure(
        .data,
        "\(source.path): the array at byte \(offset) is said to be "
          + "\(shape.map(String.init).joined(separator: " × ")) of \(element.size) bytes each, and "
          + "\(max(0, source.size - offset)) bytes follow"
      )
    }
    (self.source, self.offset, self.element) = (source, offset, element)
    (self.shape, self.count) = (shape, count)
  }

  /// All elements, which must be whole numbers; for labels, since each takes 8 bytes.
  ///
  /// Throws a `.data` failure where they are not, or cannot be read.
  package func integers() throws(Failure) -> [Int] {
    guard element.kind != .float else {
      throw Failure(.data, "\(source.path): the array at byte \(offset) is not of whole numbers")
    }
    var (all, size) = ([Int](), element.size)
    all.reserveCapacity(count)
    let block = 1 << 14
    for start in stride(from: 0, to: count, by: block) {
      let part = min(block, count - start)
      let bytes = try source.bytes(at: offset + start * size, count: part * size)
      for index in 0..<part {
        var bits: UInt64 = 0
        for place in 0..<size {
          let byte = bytes[index * size + (element.isBigEndian ? place : size - 1 - place)]
          bits = bits << 8 | UInt64(byte)
        }
        all.append(try value(of: bits, at: start + index))
      }
    }
    return all
  }

  /// The number that an element's bits stand for.
  private func value(of bits: UInt64, at index: Int) throws(Failure) -> Int {
    let unused = 64 - 8 * element.size
    if element.kind == .signed { return Int(Int64(bitPattern: bits << unused) >> unused) }
    guard let value = Int(exactly: bits) else {
      throw Failure(
        .data,
        "\(source.path): element \(index) of the array at byte \(offset) is \(bits), which is too large"
      )
    }
    return value
  }
}
