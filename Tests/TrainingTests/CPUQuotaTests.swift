import Collectives
import Kernels
import Tensors
import Testing
import TestSupport
import Training

/// Threads are no more than a CPU quota keeps busy.
struct CPUQuotaTests {
  private let root: TemporaryFolder

  init() throws {
    root = try TemporaryFolder()
    try root.write(Array("0::/job\n".utf8), to: "proc/self/cgroup")
  }

  /// The threads and the notes of ranks that share a quota.
  private func placed(
    _ quota: String,
    ranks: Int = 1,
    threads: Int? = nil
  ) throws -> (threads: [Int], notes: [String]) {
    try root.write(Array("\(quota) 100000\n".utf8), to: "sys/fs/cgroup/job/cpu.max")
    let groups = ControlGroups(root: root.path)
    let all = try ThreadWorld.run(ranks: ranks) { c in
      let placement = try Placement(
        c,
        threads: threads,
        pin: false,
        kernels: .auto,
        allowMixedCPU: false,
        groups: groups
      )
      return (placement.threadsByRank, placement.notes)
    }
    return all[0]
  }

  @Test(.enabled("a single core needs no quota") { affinityMask().count > 1 })
  func aQuotaMakesThemFewer() throws {
    let found = try placed("60000")
    #expect(found.threads == [1])
    #expect(found.notes.count == 1)
    let note = try #require(found.notes.first)
    #expect(note.contains("0.6 cores") && note.contains("1 thread a rank, not"), "\(note)")
    #expect(note.contains("--threads"), "\(note)")
  }

  @Test func itIsSharedAndEveryRankHasOne() throws {
    for (quota, threads) in [("500000", [2, 2, 1]), ("100000", [1, 1, 1])] {
      try root.write(Array("\(quota) 100000\n".utf8), to: "sys/fs/cgroup/job/cpu.max")
      let groups = ControlGroups(root: root.path)
      let all = try ThreadWorld.run(ranks: 3) { c in try CPUQuota(groups, c).threads }
      #expect(all == threads)
    }
  }

  @Test func aWideQuotaChangesNothing() throws {
    let found = try placed("102400000")
    #expect(found.threads == [affinityMask().count] && found.notes == [])
    #expect(try placed("max").threads == found.threads)
  }

  @Test func whatTheUserSaysWins() throws {
    let found = try placed("60000", threads: 3)
    #expect(found.threads == [3] && found.notes == [])
  }
}
