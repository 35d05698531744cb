import Tensors

/// What the system counts as this process's memory: pages that were touched and are there.
public enum ProcessMemory {
  /// Bytes now; 0 where the system does not say.
  public static var resident: Int { bytes("VmRSS:") }

  /// The most bytes so far; 0 where the system does not say.
  public static var peak: Int { bytes("VmHWM:") }

  private static func bytes(_ name: String) -> Int {
    let status = String(decoding: (try? FileBytes.read("/proc/self/status")) ?? [], as: UTF8.self)
    let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
    return 1024
      * (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0)
  }
}
