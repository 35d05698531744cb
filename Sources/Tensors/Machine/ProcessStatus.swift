/// What the system says of this process in /proc/self/status.
package enum ProcessStatus {
  /// All of it now; empty where the system does not say.
  package static var text: String {
    String(decoding: (try? FileBytes.read("/proc/self/status")) ?? [], as: UTF8.self)
  }

  /// Bytes of an amount such as "VmSize"; 0 where the text does not say.
  package static func bytes(_ name: String, in text: String = Self.text) -> Int {
    // "VmSize:	  256724 kB".
    1024 * number(name, in: text)
  }

  /// A number such as "Threads"; 0 where the text does not say.
  package static func number(_ name: String, in text: String = Self.text) -> Int {
    let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
    let number = line?.split(whereSeparator: \.isWhitespace).dropFirst().first
    return number.flatMap { Int($0) } ?? 0
  }
}
