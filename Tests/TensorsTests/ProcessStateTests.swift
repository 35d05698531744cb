import Foundation
import Tensors
import Testing

/// Whether something has stopped another process.
struct ProcessStateTests {
  /// Waits until the system says so, ten seconds at most.
  private func becomes(_ isStopped: Bool, _ state: ProcessState) -> Bool {
    for _ in 0..<1000 {
      if state.isStopped == isStopped { return true }
      usleep(10_000)
    }
    return false
  }

  @Test func aStoppedProcessIsSeen() throws {
    // Its name must not mislead whoever reads the line.
    let other = Process()
    other.executableURL = URL(filePath: "/bin/sleep")
    other.arguments = ["100"]
    try other.run()
    defer {
      kill(other.processIdentifier, SIGKILL)
      other.waitUntilExit()
    }
    let pid = Int(other.processIdentifier)
    let start = try #require(Self.start(of: pid))
    let state = ProcessState(pid: pid, start: start)
    #expect(!state.isStopped)
    kill(other.processIdentifier, SIGSTOP)
    #expect(becomes(true, state))
    // One that has the number of an earlier one is not that one.
    #expect(!ProcessState(pid: pid, start: start - 1).isStopped)
    kill(other.processIdentifier, SIGCONT)
    #expect(becomes(false, state))
  }

  @Test func thisProcessRuns() throws {
    #expect(ProcessState.ownStart == Self.start(of: Int(getpid())))
    #expect(!ProcessState(pid: Int(getpid()), start: ProcessState.ownStart).isStopped)
    #expect(!ProcessState(pid: 0x7FFF_FFFF, start: 1).isStopped)
  }

  /// The 22nd field, read another way.
  private static func start(of pid: Int) -> Int? {
    guard let line = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else {
      return nil
    }
    let fields = line.split(separator: ")").last?.split(separator: " ") ?? []
    return fields.count > 19 ? Int(fields[19]) : nil
  }
}
