/// What the directory of a zip file says of one file in it.
package struct ZipEntry: Sendable {
  /// Its name, which nothing is ever written to.
  package let name: String
  /// How it is packed: 0 for not at all, 8 for deflated.
  let method: UInt16
  /// Bit 0: it is encrypted.
  let flags: UInt16
  /// The CRC-32 of its bytes.
  let checksum: UInt32
  /// Its bytes as they lie in the file.
  let packedSize: Int
  /// Its bytes.
  package let size: Int
  /// Where its own header lies.
  let header: Int
}
