import Glibc

/// What the system says of a process of this host, asked without allocating.
///
/// For a thread that must come through when the others of its process hang.
package final class ProcessState: @unchecked Sendable {
  /// Its number.
  package let pid: Int
  /// When it was started, in the system's ticks; tells it from a later one of the same number.
  private let start: Int
  private let path: [CChar]
  private let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1024)

  /// The process of that number and start.
  package init(pid: Int, start: Int) {
    (self.pid, self.start) = (pid, start)
    path = Array("/proc/\(pid)/stat".utf8CString)
  }

  deinit { bytes.deallocate() }

  /// When this process was started; 0 where the system does not say.
  package static var ownStart: Int { ProcessState(pid: Int(getpid()), start: 0).fields?.start ?? 0 }

  /// Whether a signal or a debugger has stopped it; false where that is not known.
  package var isStopped: Bool {
    guard let (state, start) = fields, start == self.start else { return false }
    return state == UInt8(ascii: "T") || state == UInt8(ascii: "t")
  }

  /// The third and the 22nd field of the line; the second is a name in parentheses, which may hold
  /// anything.
  private var fields: (state: UInt8, start: Int)? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    if file < 0 { return nil }
    defer { close(file) }
    let count = read(file, bytes.baseAddress, bytes.count)
    guard count > 0 else { return nil }
    var end = count - 1
    while end > 0, bytes[end] != UInt8(ascii: ")") { end -= 1 }
    guard end + 2 < count else { return nil }
    var (position, blanks, start) = (end + 1, 0, 0)
    while position < count, blanks <= 20 {
      if bytes[position] == UInt8(ascii: " ") {
        blanks += 1
      } else if blanks == 20 {
        start = 10 * start + Int(bytes[position]) - 48
      }
      position += 1
    }
    return blanks < 20 ? nil : (bytes[end + 2], start)
  }
}
