import Glibc

/// A pipe from a child process and what has come out of it.
struct Pipe {
  private(set) var reader: Int32
  private(set) var writer: Int32
  private(set) var bytes: [UInt8] = []

  init() throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw ContractViolation("no pipe can be made") }
    (reader, writer) = (ends[0], ends[1])
  }

  mutating func closeWriter() {
    close(writer)
    writer = -1
  }

  /// Reads both pipes until they have ended and the child too; returns its wait status and whether
  /// it was killed.
  ///
  /// After `seconds` the child's process group is asked to end, five seconds later it is made to,
  /// and then its grandchildren may keep the pipes.
  static func drain(
    _ a: inout Pipe,
    _ b: inout Pipe,
    of child: pid_t,
    seconds: Double
  ) -> (status: Int32, timedOut: Bool) {
    var deadline = now() + seconds
    var kills = 0
    var status: Int32 = 0
    var hasEnded = false
    while !hasEnded || a.reader >= 0 || b.reader >= 0 {
      if now() >= deadline {
        if hasEnded && kills > 1 { break }
        kill(-child, kills == 0 ? SIGTERM : SIGKILL)
        kills += 1
        deadline = now() + 5
      }
      // poll ignores negative descriptors, so with both pipes ended it only sleeps.
      var polled = [a.reader, b.reader].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      poll(&polled, 2, 10)
      if polled[0].revents != 0 { a.take() }
      if polled[1].revents != 0 { b.take() }
      if !hasEnded { hasEnded = waitpid(child, &status, WNOHANG) == child }
    }
    a.closeReader()
    b.closeReader()
    return (status, kills > 0)
  }

  private mutating func take() {
    var chunk = [UInt8](repeating: 0, count: 65536)
    let count = read(reader, &chunk, chunk.count)
    if count > 0 { bytes += chunk.prefix(count) } else { closeReader() }
  }

  private mutating func closeReader() {
    if reader >= 0 { close(reader) }
    reader = -1
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
