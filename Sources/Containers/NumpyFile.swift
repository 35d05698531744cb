import Tensors

/// The array of a .npy file, versions 1 to 3.
///
/// The format is NumPy's `numpy/lib/format.py` and NEP 1: a magic, a version, the length of the
/// header, the header, which is a dictionary as Python writes it, and the elements.
package enum NumpyFile {
  /// More no header has; NumPy's own limit is 10,000.
  private static let longest = 1 << 16

  /// The array in `range` of a source, which must end with its last element.
  ///
  /// Throws a `.data` failure that names source and byte where it is malformed or of no plain
  /// numbers.
  package static func array(
    in range: Range<Int>,
    of source: any ByteSource
  ) throws(Failure) -> NumpyArray {
    var cursor = ByteCursor(source, at: range.lowerBound)
    func failure(_ what: String) -> Failure {
      Failure(.data, "\(source.path): the array at byte \(range.lowerBound) \(what)")
    }
    guard range.count >= 12, try cursor.bytes(6) == [0x93] + Array("NUMPY".utf8) else {
      throw failure("does not begin as a .npy file does")
    }
    let version = try cursor.byte()
    _ = try cursor.byte()
    guard (1...3).contains(version) else { throw failure("has the unknown version \(version)") }
    let length =
      version == 1 ? Int(try cursor.number(UInt16.self)) : Int(try cursor.number(UInt32.self))
    guard length <= longest, length <= range.upperBound - cursor.offset else {
      throw failure("has a header of \(length) bytes")
    }
    let text = String(decoding: try cursor.bytes(length), as: UTF8.self)
    guard let header = NumpyHeader(text) else {
      throw failure("has a header that cannot be read: \(text.prefix(80))")
    }
    guard !header.isColumnMajor else {
      throw failure("lies in Fortran order: save it with numpy.ascontiguousarray")
    }
    guard let element = NumpyElement(descriptor: header.descriptor) else {
      throw failure("has elements of the type '\(header.descriptor)', not of plain numbers")
    }
    let array = try NumpyArray(element, header.shape, at: cursor.offset, of: source)
    guard array.byteCount == range.upperBound - cursor.offset else {
      throw failure(
        "takes \(array.byteCount) bytes by its header, and \(range.upperBound - cursor.offset) are there"
      )
    }
    return array
  }
}
