import Tensors

/// Bytes that images and labels are read from: a file, or what was unpacked from one.
package protocol ByteSource: Sendable {
  /// The file, for sentences.
  var path: String { get }
  /// The number of bytes.
  var size: Int { get }
  /// What no other file of this host has, nor this one after a write.
  var mark: String { get }

  /// Reads the bytes from `offset` on, as many as `bytes` has room for; allocates nothing.
  ///
  /// Throws a `.data` failure that names the file where it cannot be read or has become shorter.
  func read(at offset: Int, into bytes: UnsafeMutableRawBufferPointer) throws(Failure)
}

extension ByteSource {
  /// The `count` bytes from `offset` on; throws as `read(at:into:)` does.
  package func bytes(at offset: Int, count: Int) throws(Failure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var failure: Failure?
    bytes.withUnsafeMutableBytes { room in
      do throws(Failure) { try read(at: offset, into: room) } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }
}
