import Tensors
import TestSupport
import Testing

/// Limits of control groups, read from made-up trees of /proc and /sys.
struct ControlGroupsTests {
  /// The groups of a process whose /proc/self/cgroup says `lines`, where these files are.
  private func groups(
    _ lines: String,
    _ files: [String: String]
  ) throws -> (cores: Double?, memory: Double?) {
    let root = try TemporaryFolder()
    try root.write(Array(lines.utf8), to: "proc/self/cgroup")
    for (name, text) in files {
      try root.write(Array("\(text)\n".utf8), to: "sys/fs/cgroup/\(name)")
    }
    let groups = ControlGroups(root: root.path)
    return (groups.cores?.amount, groups.memory?.amount)
  }

  @Test func theSecondVersion() throws {
    let limits = try groups(
      "0::/job/step\n",
      ["job/step/cpu.max": "150000 100000", "job/step/memory.max": "1073741824"]
    )
    #expect(limits.cores == 1.5 && limits.memory == 0x1p30)
  }

  @Test func theFirstVersion() throws {
    let limits = try groups(
      "9:name=systemd:/\n4:memory:/job\n2:cpu,cpuacct:/job\n0::/\n",
      [
        "cpu,cpuacct/job/cpu.cfs_quota_us": "200000", "cpu,cpuacct/job/cpu.cfs_period_us": "100000",
        "memory/job/memory.limit_in_bytes": "536870912",
      ]
    )
    #expect(limits.cores == 2 && limits.memory == 0x1p29)
  }

  /// Debian mounts cpu,cpuacct as "cpu" too; the name in /proc may be either.
  @Test func theFirstVersionByItsOtherName() throws {
    let limits = try groups(
      "2:cpu,cpuacct:/job\n",
      ["cpu/job/cpu.cfs_quota_us": "50000", "cpu/job/cpu.cfs_period_us": "100000"]
    )
    #expect(limits.cores == 0.5)
  }

  @Test(arguments: [
    ["cpu.max": "max 100000", "memory.max": "max"],
    ["cpu.max": "nonsense", "memory.max": ""],
    [:],
  ])
  func noLimit(files: [String: String]) throws {
    let limits = try groups("0::/\n", files)
    #expect(limits.cores == nil && limits.memory == nil)
  }

  @Test func noLimitOfTheFirstVersion() throws {
    let limits = try groups(
      "4:memory:/\n1:cpu:/\n",
      [
        "cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000",
        "memory/memory.limit_in_bytes": "9223372036854771712",
      ]
    )
    #expect(limits.cores == nil && limits.memory == nil)
  }

  @Test func nothingIsKnown() throws {
    let place = try TemporaryFolder()
    #expect(ControlGroups(root: place.path).cores == nil)
    #expect(ControlGroups(root: place.path).memory == nil)
  }

  /// The least counts, wherever on the way up it stands.
  @Test(arguments: [("a", 1.0), ("a/b", 3.0), ("", 2.0)])
  func theLeastOnTheWayUp(folder: String, cores: Double) throws {
    let name = folder.isEmpty ? "cpu.max" : "\(folder)/cpu.max"
    let most = [
      "cpu.max": "800000 100000", "a/cpu.max": "max 100000", "a/b/cpu.max": "400000 100000",
    ]
    let files = most.merging([name: "\(Int(cores * 1e5)) 100000"]) { $1 }
    #expect(try groups("0::/a/b\n", files).cores == cores)
  }

  /// In a container the path is that of the machine, and the container's own group is what is
  /// mounted.
  @Test func aContainerWithTheNamesOfOutside() throws {
    let limits = try groups(
      "0::/docker/0123\n",
      ["cpu.max": "100000 100000", "memory.max": "4096"]
    )
    #expect(limits.cores == 1 && limits.memory == 4096)
  }

  @Test func theGroupThatBindsTellsWhoSharesIt() throws {
    let root = try TemporaryFolder()
    try root.write(Array("0::/a/b\n".utf8), to: "proc/self/cgroup")
    try root.write(Array("100000 100000\n".utf8), to: "sys/fs/cgroup/a/cpu.max")
    try root.write(Array("max 100000\n".utf8), to: "sys/fs/cgroup/a/b/cpu.max")
    let own = try #require(ControlGroups(root: root.path).cores)
    try root.write(Array("0::/a/c\n".utf8), to: "proc/self/cgroup")
    #expect(ControlGroups(root: root.path).cores == own)
    try root.write(Array("100000 100000\n".utf8), to: "sys/fs/cgroup/d/cpu.max")
    try root.write(Array("0::/d\n".utf8), to: "proc/self/cgroup")
    #expect(ControlGroups(root: root.path).cores?.group != own.group)
  }

  @Test(arguments: [(0.1, 1), (1.0, 1), (1.5, 2), (64.0, 64)])
  func threadsKeepTheQuotaBusy(cores: Double, threads: Int) throws {
    let root = try TemporaryFolder()
    try root.write(Array("0::/\n".utf8), to: "proc/self/cgroup")
    try root.write(Array("\(Int(cores * 1e5)) 100000\n".utf8), to: "sys/fs/cgroup/cpu.max")
    #expect(ControlGroups(root: root.path).cores?.threads == threads)
  }
}
