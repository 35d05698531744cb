import Glibc
import Tensors

/// What a command was asked for, on standard output, written at once or said to be lost.
enum Results {
  /// Writes a line; throws as `write` does.
  static func line(_ text: String) throws { try write(text + "\n") }

  /// Writes a text as it is; throws `Failure` (.file) with the system's reason where it does not
  /// arrive, without a word where nobody reads on.
  static func write(_ text: String) throws {
    var copy = text
    var code = copy.withUTF8 { FileBytes.write(UnsafeRawBufferPointer($0), to: STDOUT_FILENO) }
    if code == 0 {
      // A file on another host may be refused when it is closed.
      let other = dup(STDOUT_FILENO)
      if other >= 0, close(other) != 0, errno != EINTR { code = errno }
    }
    if code == EPIPE { throw Failure(.file, "") }
    if code != 0 {
      throw Failure(.file, "cannot write the result to standard output: \(systemReason(code)).")
    }
  }
}
