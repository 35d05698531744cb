import Tensors

/// An array of bytes as MNIST's files hold it, plain or packed by gzip.
///
/// The format is that of http://yann.lecun.com/exdb/mnist: two zeros, the type of the elements, the
/// number of sizes, the sizes as 32 bits each, highest byte first, and the elements row by row.
package struct IDXFile: Sendable {
  /// Where its bytes are.
  package let source: any ByteSource
  /// The sizes, outermost first, each at least 1.
  package let shape: [Int]
  /// The first element.
  package var offset: Int { 4 + 4 * shape.count }

  /// Reads the header of a file, which gzip may have packed (it is then in memory).
  ///
  /// Throws a `.data` failure that names the file and the byte where it is malformed, not of bytes
  /// or not of the size that its header says.
  package init(_ file: DataFile) throws(Failure) {
    source = try Gzip.recognizes(file) ? try Gzip.unpacked(file) : file
    let path = source.path
    guard source.size >= 4, case let magic = try source.bytes(at: 0, count: 4),
      magic[0] == 0, magic[1] == 0
    else {
      throw Failure(.data, "\(path) does not begin as an IDX file does, with two zeros")
    }
    guard magic[2] == 8 else {
      throw Failure(
        .data,
        "\(path): byte 2 is \(magic[2]), for elements that are not of one byte, which is 8"
      )
    }
    guard (1...4).contains(magic[3]) else {
      throw Failure(.data, "\(path): byte 3 asks for \(magic[3]) sizes, not for 1 to 4")
    }
    var (cursor, shape, count) = (ByteCursor(source, at: 4), [Int](), 1)
    for _ in 0..<magic[3] {
      let size = Int(try cursor.number(UInt32.self).byteSwapped)
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard size > 0, !overflow else {
        throw Failure(.data, "\(path): byte \(cursor.offset - 4) has the size \(size)")
      }
      shape.append(size)
      count = product
    }
    guard count == cursor.left else {
      throw Failure(
        .data,
        "\(path): its header asks for \(count) bytes behind byte \(cursor.offset), and "
          + "\(cursor.left) are there"
      )
    }
    self.shape = shape
  }
}
