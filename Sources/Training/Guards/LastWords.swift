import Glibc
import Runs
import Synchronization
import Tensors

/// Says why a process is ended from within, has a run's status.json say it too where that takes no
/// longer than a second, and ends the process.
///
/// Who calls `end` neither waits for what may hang nor allocates; another thread, which may hang,
/// writes the file.
final class LastWords: @unchecked Sendable {
  private let due = Wakeup()
  private let done = Wakeup()
  private let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1024)
  /// Written before `due` is called, read behind it.
  private var count = 0
  private let place = Mutex<String?>(nil)

  deinit { bytes.deallocate() }

  /// The status.json of the run, once there is one.
  var path: String? {
    get { place.withLock { $0 } }
    set { place.withLock { $0 = newValue } }
  }

  /// What the other thread does.
  func run() {
    while !due.sleep() {}
    let sentence = String(decoding: bytes[..<count], as: UTF8.self)
    if let path, !sentence.isEmpty { try? RunStatus.fail(sentence, at: path) }
    done.call()
  }

  /// Lets the other thread end: nothing is to be said.
  func leave() { due.call() }

  /// Says the sentence, which lacks the program's name and a line's end, and ends the process with
  /// the code of a lost rank.
  func end(saying sentence: UnsafeBufferPointer<UInt8>) -> Never {
    // A terminal that is held, or a pipe that nobody reads, would keep a writer for ever.
    var stream = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    if poll(&stream, 1, 500) > 0 {
      say("adamw-ddp: ")
      _ = FileBytes.write(UnsafeRawBufferPointer(sentence), to: STDERR_FILENO)
      say("\n")
    }
    count = min(sentence.count, bytes.count)
    for k in 0..<count { bytes[k] = sentence[k] }
    due.call()
    _ = done.sleep(nanoseconds: 1_000_000_000)
    _exit(Failure.Kind.launch.rawValue)
  }

  private func say(_ text: StaticString) {
    let bytes = UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    _ = FileBytes.write(bytes, to: STDERR_FILENO)
  }
}
