/// What the control groups of Linux let this process have: those of a container, a batch job or a
/// service, versions 1 and 2.
package struct ControlGroups: Sendable {
  /// A limit, and the group that sets it: processes of other groups in it share what it allows.
  package struct Limit: Hashable, Sendable {
    /// Cores or bytes.
    package let amount: Double
    /// Tells the group from others of this machine.
    package let group: UInt64

    /// Threads that keep so many cores busy, at least one.
    ///
    /// Rounded up: two threads use a quota of 1.5 cores up, one does not.
    package var threads: Int { max(1, Int(min(amount.rounded(.up), 0x1p30))) }
  }

  private let root: String

  /// The groups of this process; `root` is where /proc and /sys are looked for.
  package init(root: String = "") { self.root = root }

  /// Cores that may be busy at a time on average; nil without a quota.
  package var cores: Limit? {
    least("cpu") { folder, version in
      let words =
        version == 2
        ? words("\(folder)/cpu.max")
        : words("\(folder)/cpu.cfs_quota_us") + words("\(folder)/cpu.cfs_period_us")
      // "max" and -1 are no quota.
      guard words.count >= 2, let quota = Double(words[0]), let period = Double(words[1]),
        quota > 0, period > 0
      else { return nil }
      return quota / period
    }
  }

  /// Bytes of memory; nil without a limit.
  package var memory: Limit? {
    least("memory") { folder, version in
      let name = version == 2 ? "memory.max" : "memory.limit_in_bytes"
      // Version 1 says so much where it means no limit.
      return words("\(folder)/\(name)").first.flatMap { Double($0) }.flatMap {
        $0 < 0x1p62 ? $0 : nil
      }
    }
  }

  /// The least limit of this process's group and of those that it is in.
  ///
  /// By its amount, not by what it leaves each rank: an outer group that allows more, which more
  /// ranks share, may bind them sooner, and is not seen.
  private func least(
    _ controller: String,
    _ read: (_ folder: String, _ version: Int) -> Double?
  ) -> Limit? {
    var least: Limit?
    for (folder, version) in folders(controller) {
      guard let amount = read(folder, version), amount < least?.amount ?? .infinity else {
        continue
      }
      let status = try? FileStatus(folder)
      least = Limit(amount: amount, group: status?.number ?? 0)
    }
    return least
  }

  /// The folders of the groups, the innermost first.
  private func folders(_ controller: String) -> [(path: String, version: Int)] {
    lines("\(root)/proc/self/cgroup").flatMap { line -> [(String, Int)] in
      // "4:memory:/job", "0::/job": what follows the second colon may have colons.
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return [] }
      let names = parts[1].split(separator: ",")
      let isUnified = parts[0] == "0" && names.isEmpty
      guard isUnified || names.contains(where: { $0 == controller }) else { return [] }
      let mounts = isUnified ? ["", "/unified"] : ["/\(parts[1])", "/\(controller)"]
      // Inside a container the path may be that of outside, and nothing is there: what is mounted
      // is the container's own group.
      return mounts.flatMap { mount in
        upward(parts[2]).map { ("\(root)/sys/fs/cgroup\(mount)\($0)", isUnified ? 2 : 1) }
      }
    }
  }

  /// "/a/b", "/a", "".
  private func upward(_ path: Substring) -> [String] {
    let names = path.split(separator: "/")
    return (0...names.count).reversed().map { names[..<$0].map { "/\($0)" }.joined() }
  }

  private func lines(_ path: String) -> [Substring] {
    let bytes = (try? FileBytes.read(path)) ?? []
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }

  private func words(_ path: String) -> [Substring] {
    lines(path).flatMap { $0.split(separator: " ") }
  }
}
