import Glibc
import Tensors

/// A text file that grows line by line while others read it.
final class LogFile {
  /// Where it is.
  let path: String
  /// Whether nothing stands in it.
  private(set) var isEmpty: Bool

  private let file: Int32

  /// Opens the file, emptied unless the run `continues` one; throws `Failure` (.file).
  init(_ path: String, continues: Bool) throws {
    self.path = path
    let flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | (continues ? 0 : O_TRUNC)
    file = open(path, flags, 0o644)
    let code = errno
    isEmpty = file < 0 || lseek(file, 0, SEEK_END) <= 0
    if file < 0 { throw FileBytes.unwritable(code, path) }
  }

  deinit { if file >= 0 { close(file) } }

  /// Appends whole lines, at once.
  ///
  /// Throws `Failure` (.file): on a full disk, say, and where the file is no longer at its path, so
  /// that nobody would see them.
  func append(_ lines: String) throws {
    var copy = lines
    try copy.withUTF8 { try FileBytes.write(UnsafeRawBufferPointer($0), to: file, of: path) }
    isEmpty = false
    guard let found = try FileStatus(path, .file) else { throw FileBytes.unwritable(ENOENT, path) }
    if let own = FileStatus(of: file), !own.isSame(as: found) {
      throw Failure(.file, "cannot write \(path): another file has taken its place.")
    }
  }

  /// Takes away all behind the first `end` bytes; throws `Failure` (.file).
  func cut(at end: Int) throws {
    if ftruncate(file, off_t(end)) != 0 { throw FileBytes.unwritable(errno, path) }
    isEmpty = end == 0
  }

  /// The lines of a file, each with the byte behind it; a last one that is cut short is left out.
  ///
  /// It ends at the first byte of 0: so a file system fills up what it had not written when the power
  /// was cut, and whole lines may follow. Throws `Failure` (.data) where it cannot be read.
  static func lines(of path: String) throws -> [(text: Substring, end: Int)] {
    let data = try FileBytes.read(path).prefix { $0 != 0 }
    var lines: [(text: Substring, end: Int)] = []
    var rest = data[...]
    while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
      let text = String(decoding: rest[..<newline], as: UTF8.self)
      rest = rest[(newline + 1)...]
      lines.append((text[...], data.count - rest.count))
    }
    return lines
  }
}
