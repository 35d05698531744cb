import Glibc

/// The name of this machine.
func hostName() -> String {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 257) { name in
    name.initialize(repeating: 0)
    guard let base = name.baseAddress, gethostname(base, 256) == 0 else { return "localhost" }
    return String(cString: base)
  }
}
