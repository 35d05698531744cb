import Collectives
import Glibc
import Kernels
import Tensors

/// Where this rank runs, agreed with the others: cores, threads and the kernels that all CPUs have.
public struct Placement: Sendable {
  /// Cores in this rank's affinity mask.
  public let mask: [Int]
  /// Threads of each rank.
  public let threadsByRank: [Int]
  /// The cores this rank's threads are pinned to; none when they share cores.
  public let cores: [Int]
  /// The kernel level of all ranks: what was asked for, or the lowest of their CPUs.
  public let level: KernelLevel
  /// OpenBLAS's kernels on each rank.
  public let blasCores: [String]
  /// Sentences about what makes the threads fewer than the cores, of all ranks.
  public let notes: [String]

  /// Agrees on a placement: every rank calls it; throws (.launch) when OpenBLAS's kernels differ
  /// and `allowMixedCPU` is not set, and (.usage) when some rank's CPU cannot run the `kernels`.
  ///
  /// The default number of threads is the cores of the mask, shared evenly among the ranks of the
  /// host whose masks overlap it; a CPU quota, rounded up and shared among the ranks that it binds,
  /// makes it less.
  public init(
    _ communicator: any Communicator,
    threads: Int?,
    pin: Bool,
    kernels: KernelChoice,
    allowMixedCPU: Bool
  ) throws {
    try self.init(
      communicator,
      threads: threads,
      pin: pin,
      kernels: kernels,
      allowMixedCPU: allowMixedCPU,
      groups: ControlGroups()
    )
  }

  /// A placement whose quotas are those of `groups`.
  package init(
    _ communicator: any Communicator,
    threads: Int?,
    pin: Bool,
    kernels: KernelChoice,
    allowMixedCPU: Bool,
    groups: ControlGroups
  ) throws {
    let mask = affinityMask()
    var words = Array(repeating: UInt64(0), count: 16)
    for core in mask { words[core / 64] |= 1 << UInt64(core % 64) }
    let masks = try communicator.allGather(words)
    let (rank, hosts) = (communicator.rank, communicator.hosts)
    // Ranks of this host that may run on some of the same cores.
    let sharing = masks.indices.filter { other in
      other == rank
        || hosts[other] == hosts[rank] && zip(masks[other], words).contains { $0 & $1 != 0 }
    }
    let place = sharing.firstIndex(of: rank) ?? 0
    let most = max(1, share(place, of: sharing.count, total: mask.count).count)
    let quota = try CPUQuota(groups, communicator)
    let own = threads ?? min(most, quota.threads ?? most)
    let note = threads == nil && own < most ? quota.note(instead: most) : nil
    notes = try communicator.allGather(note ?? "").filter { !$0.isEmpty }
      .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    self.mask = mask
    let threads = try communicator.allGather([own]).map { $0[0] }
    threadsByRank = threads
    let wanted = sharing.reduce(0) { $0 + threads[$1] }
    let before = sharing[..<place].reduce(0) { $0 + threads[$1] }
    // With masks that only partly overlap nobody knows who takes which core.
    let equal = sharing.allSatisfy { masks[$0] == words }
    cores =
      pin && equal && wanted <= mask.count ? Array(mask[before..<before + own]) : []
    level = try Self.level(kernels, communicator)
    blasCores = try communicator.allGather(BLAS.coreName)
    if let other = blasCores.firstIndex(where: { $0 != blasCores[0] }), !allowMixedCPU {
      throw Failure(
        .launch,
        "OpenBLAS runs \(blasCores[0]) kernels on \(hosts[0]) but \(blasCores[other]) on "
          + "\(hosts[other]): results would depend on who runs what. Set OPENBLAS_CORETYPE alike on "
          + "all hosts, or add --allow-mixed-cpu.",
        isAgreed: true
      )
    }
  }

  /// The level of all ranks; what one rank's user asks for, every rank must be able to run, else
  /// all throw `Failure` (.usage).
  package static func level(
    _ choice: KernelChoice,
    best: KernelLevel = .best,
    _ communicator: any Communicator
  ) throws -> KernelLevel {
    let order = KernelLevel.allCases
    func number(_ level: KernelLevel) -> Int { order.firstIndex(of: level) ?? 0 }
    let all = try communicator.allGather([number(best), choice.level.map(number) ?? -1])
    let wanted = all.map { $0[1] }.max() ?? -1
    if let rank = all.firstIndex(where: { $0[0] < wanted }) {
      throw Failure(
        .usage,
        "--kernels \(order[wanted].rawValue): the CPU of \(communicator.hosts[rank]) has "
          + "\(order[all[rank][0]].rawValue) and no more.",
        isAgreed: true
      )
    }
    return choice.level ?? order[all.map { $0[0] }.min() ?? 0]
  }

  /// Threads of this rank's team, for people: "2", or "1–2" when ranks differ.
  public var threadsText: String {
    let (least, most) = (threadsByRank.min() ?? 1, threadsByRank.max() ?? 1)
    return least == most ? "\(most)" : "\(least)–\(most)"
  }

  /// A team for `rank`; every member has made OpenBLAS single-threaded.
  ///
  /// Throws `Failure` (.launch) where the system does not give its threads or what they need.
  public func team(
    rank: Int,
    clock: SectionClock = SectionClock()
  ) throws(Failure) -> ThreadTeam {
    try ThreadSpace.admit(threads: threadsByRank[rank])
    return try ThreadTeam.start(size: threadsByRank[rank], cores: cores, clock: clock) {
      BLAS.useOneThread()
    }
  }
}
