import Glibc
import Tensors

/// A copy of a writer's pieces of state, which it writes while the run goes on.
package final class StateSnapshot: @unchecked Sendable {
  /// How a part of a file came out.
  package struct Written: Codable, Sendable, Equatable {
    /// Where it lies in the file, in bytes.
    package let start: Int
    /// How many bytes.
    package let bytes: Int
    /// Their SHA-256.
    package let sha256: String

    /// A part of a file.
    package init(start: Int, bytes: Int, sha256: String) {
      (self.start, self.bytes, self.sha256) = (start, bytes, sha256)
    }
  }

  private let buffer: FloatBuffer

  /// Bytes that have a checksum of their own, so that readers of any number can share them.
  private static var chunk: Int { 1 << 20 }

  /// Memory for the pieces of a writer.
  package init(_ pieces: [StateFile.Piece]) {
    buffer = FloatBuffer(count: pieces.reduce(0) { $0 + $1.elements.count })
  }

  /// Copies the values of pieces, which must be those that it was made for.
  ///
  /// Throws `Failure` for pieces of a file that cannot be read.
  package func take(_ pieces: [StatePiece]) throws {
    var end = 0
    for piece in pieces {
      precondition(end + piece.elements.count <= buffer.count, "a snapshot of other pieces")
      try piece.withValues { values in
        if let first = values.baseAddress {
          (buffer.base + end).update(from: first, count: values.count)
        }
      }
      end += piece.elements.count
    }
    precondition(end == buffer.count, "a snapshot of other pieces")
  }

  /// Writes it at `start` of the file at `path`, which is made where it is missing, and `header` at
  /// the file's begin; then all of it is on disk.
  ///
  /// Other writers of the file may do so at the same time. Throws `Failure` (.file) that names the
  /// file as `name`.
  package func write(
    to path: String,
    named name: String,
    from start: Int,
    header: [UInt8]?
  ) throws(Failure) -> [Written] {
    let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    if file < 0 { throw FileBytes.unwritable(errno, name) }
    var written: [Written] = []
    var code: Int32 = 0
    func put(_ bytes: UnsafeRawBufferPointer, at place: Int) {
      guard code == 0 else { return }
      code = FileBytes.write(bytes, to: file, at: place)
      var digest = SHA256()
      digest.update(bytes)
      written.append(Written(start: place, bytes: bytes.count, sha256: digest.hexadecimal))
    }
    header?.withUnsafeBytes { put($0, at: 0) }
    let bytes = UnsafeRawBufferPointer(buffer.elements)
    for place in stride(from: 0, to: bytes.count, by: Self.chunk) {
      let end = min(bytes.count, place + Self.chunk)
      put(UnsafeRawBufferPointer(rebasing: bytes[place..<end]), at: start + place)
    }
    if code == 0, fsync(file) != 0 { code = errno }
    // What a network's file system could not write it may say only here.
    if close(file) != 0, code == 0, errno != EINTR { code = errno }
    if code != 0 { throw FileBytes.unwritable(code, name) }
    return written
  }
}
