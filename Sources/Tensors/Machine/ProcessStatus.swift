/// What the system says of this process in /proc/self/status.
package enum ProcessStatus {
  /// All of it now; empty where the system does not say.
  package static var text: String {
    String(decoding: (try? FileBytes.read("/proc/self/status")) ?? [], as: UTF8.self)
  }

  /// Bytes of an amount such as "VmSize"; 0 where the text does not say.
  package static func bytes(_ name: String, in text: String = Self.text) -> Int {
    let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
    // "VmSize:	  256724 kB".
    let number = line?.split(whereSeparator: \.isWhitespace).dropFirst().first
    return 1024 * (number.flatMap { Int($0) } ?? 0)
  }
}
