import Tensors

/// Bytes in memory that were unpacked from a file.
package final class UnpackedBytes: ByteSource {
  /// The file that they come from.
  package let path: String
  /// The mark of that file.
  package let mark: String
  private let bytes: [UInt8]

  /// The bytes that were unpacked from `source`.
  package init(_ bytes: [UInt8], of source: any ByteSource) {
    (self.bytes, path, mark) = (bytes, source.path, source.mark)
  }

  /// The number of bytes.
  package var size: Int { bytes.count }

  /// Copies bytes.
  ///
  /// Throws a `.data` failure where there are fewer.
  package func read(
    at offset: Int,
    into room: UnsafeMutableRawBufferPointer
  ) throws(Failure) {
    guard offset >= 0, room.count <= bytes.count - offset else {
      throw Failure(
        .data,
        "\(path) ends early: its \(bytes.count) unpacked bytes end before byte "
          + "\(offset + room.count)"
      )
    }
    bytes.withUnsafeBytes {
      room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + room.count]))
    }
  }
}
