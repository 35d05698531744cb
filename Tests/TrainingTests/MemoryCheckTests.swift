import Collectives
import Networks
import Plans
import Tensors
import TestSupport
import Testing
import Training

/// A batch that cannot fit is refused before anything is made.
struct MemoryCheckTests {
  /// ResNet-20 takes about 1.5 MB of activations a sample.
  @Test(arguments: [(1, 1, false), (8, 1, true), (8, 8, false), (8, 4, false)])
  func aBatchMustFitItsHosts(ranks: Int, localRanks: Int, fits: Bool) throws {
    var plan = TrainingPlan()
    plan.batchSize = 1024
    let shape = ImageShape(height: 32, width: 32, channels: 3)
    let model = try ModelCatalog.model("resnet20", input: shape, classes: 10)
    let admit = {
      try MemoryCheck.admit(
        plan,
        model,
        ranks: ranks,
        limit: MemoryCheck.Limit(bytes: 0x1p29, ranks: localRanks)
      )
    }
    if fits { try admit() } else { #expect(throws: Failure.self) { try admit() } }
  }

  /// The advice names rounds only where there can be more of them.
  @Test(arguments: [(BatchNormMode.batch, 1, 1, false), (.lane, 1, 1, true), (.lane, 4, 2, false)])
  func aRefusalKnowsOfRounds(norm: BatchNormMode, accumulate: Int, ranks: Int, advises: Bool) throws
  {
    var plan = TrainingPlan()
    (plan.batchSize, plan.batchNorm, plan.accumulate) = (1 << 20, norm, accumulate)
    let shape = ImageShape(height: 32, width: 32, channels: 3)
    let model = try ModelCatalog.model("resnet20", input: shape, classes: 10)
    let failure = #expect(throws: Failure.self) {
      let limit = MemoryCheck.Limit(bytes: 0x1p30, ranks: ranks)
      try MemoryCheck.admit(plan, model, ranks: ranks, limit: limit)
    }
    #expect(failure?.message.contains("--accumulate") == advises)
  }

  /// The ranks of a host share its memory, and a control group what it allows.
  @Test(arguments: [1, 3])
  func aControlGroupLimitsToo(ranks: Int) throws {
    let root = try TemporaryFolder()
    try root.write(Array("0::/job\n".utf8), to: "proc/self/cgroup")
    try root.write(Array("268435456\n".utf8), to: "sys/fs/cgroup/job/memory.max")
    let groups = ControlGroups(root: root.path)
    let all = try ThreadWorld.run(ranks: ranks) { c in
      try MemoryCheck.limits(c, groups: groups, host: 0x1p40)
    }
    for limits in all {
      #expect(limits.map(\.bytes) == [0x1p40, 0x1p28] && limits.map(\.ranks) == [ranks, ranks])
    }
    try #require(all[0].count == 2)
    var plan = TrainingPlan()
    plan.batchSize = 1024
    let shape = ImageShape(height: 32, width: 32, channels: 3)
    let model = try ModelCatalog.model("resnet20", input: shape, classes: 10)
    try MemoryCheck.admit(plan, model, ranks: ranks, limit: all[0][0])
    let failure = #expect(throws: Failure.self) {
      try MemoryCheck.admit(plan, model, ranks: ranks, limit: all[0][1])
    }
    #expect(failure?.kind == .usage)
    #expect(failure?.message.contains("cgroup) of its ranks may have 0.25 GiB") == true)
  }

  @Test func withoutAControlGroupTheHostCounts() throws {
    let root = try TemporaryFolder()
    let groups = ControlGroups(root: root.path)
    let limits = try MemoryCheck.limits(SoloCommunicator(), groups: groups, host: 5)
    #expect(limits.map(\.bytes) == [5])
  }

  /// OpenBLAS hangs where it does not get its buffers: they are counted beforehand.
  @Test func addressSpaceMustHoldTheThreads() throws {
    let status = "VmSize: 1000 kB\n"
    func left(_ kibibytes: Int) -> AddressSpace? {
      AddressSpace.left(status: status, addressSpace: UInt64(kibibytes) * 1024, data: nil)
    }
    let needed = ThreadSpace.bytes(threads: 3)
    #expect(needed >= 3 * (128 << 20))
    try ThreadSpace.admit(needed, threads: 3, left: nil)
    try ThreadSpace.admit(needed, threads: 3, left: left(1000 + needed / 1024))
    let failure = #expect(throws: Failure.self) {
      try ThreadSpace.admit(needed, threads: 3, left: left(999 + needed / 1024))
    }
    #expect(failure?.kind == .launch)
    let enough = try #require(failure?.message.firstMatch(of: /ulimit -v (\d+) or more/))
    #expect(try #require(Int(enough.output.1)) >= 1000 + needed / 1024)
  }

  @Test func thisHostHasMemory() { #expect(MemoryCheck.hostMemory > 0x1p28) }
}
