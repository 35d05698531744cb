import Collectives
import Glibc
import Networks
import Optimizers
import Plans
import Tensors

/// Refuses a batch that cannot fit, before any folder is made or memory is asked for.
package enum MemoryCheck {
  /// Memory that some ranks share.
  package struct Limit: Sendable {
    /// Bytes; 0 when the system does not say.
    package let bytes: Double
    /// The ranks that share it.
    package let ranks: Int
    /// What stands before the amount in a refusal.
    package let words: String

    /// A limit.
    package init(bytes: Double, ranks: Int, words: String = "which has") {
      (self.bytes, self.ranks, self.words) = (bytes, ranks, words)
    }
  }

  /// Bytes of this host's memory; 0 when the system does not say.
  package static var hostMemory: Double {
    max(0, Double(sysconf(Int32(_SC_PHYS_PAGES)))) * Double(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// Throws the same failure on all ranks where one of them cannot have what the plan needs: .usage
  /// for memory of its host or control group, .launch for a limit of its own address space.
  package static func admit(
    _ plan: TrainingPlan,
    _ model: Model,
    _ placement: Placement,
    _ communicator: any Communicator
  ) throws {
    let limits = try limits(communicator)
    let threads = placement.threadsByRank
    try communicator.together {
      let most = threads.max() ?? 1
      let bytes = try bytes(plan, model, ranks: communicator.size, threads: most)
      for limit in limits { try admit(plan, bytes, limit, ranks: communicator.size) }
      let own = threads[communicator.rank]
      // Threads that have started already count twice, in what is asked for and in what is left of
      // the limit: their stacks are small beside the rest, and it errs towards refusing.
      try ThreadSpace.admit(bytes + ThreadSpace.bytes(threads: own), threads: own, left: .left)
    }
  }

  /// Throws a usage failure when the ranks that share a limit need more.
  package static func admit(
    _ plan: TrainingPlan,
    _ model: Model,
    ranks: Int,
    threads: Int = 1,
    limit: Limit
  ) throws {
    let bytes = try bytes(plan, model, ranks: ranks, threads: threads)
    try admit(plan, bytes, limit, ranks: ranks)
  }

  /// What binds this rank's memory; every rank calls it.
  package static func limits(
    _ communicator: any Communicator,
    groups: ControlGroups = ControlGroups(),
    host: Double = hostMemory
  ) throws -> [Limit] {
    let (hosts, own) = (communicator.hosts, groups.memory)
    let sharing = try ranksSharing(own, communicator)
    let limit = Limit(bytes: host, ranks: hosts.count { $0 == hosts[communicator.rank] })
    guard let own else { return [limit] }
    let words = "where the control group (cgroup) of its ranks may have"
    return [limit, Limit(bytes: own.amount, ranks: sharing.count, words: words)]
  }

  /// Bytes that the largest rank takes for training and evaluation.
  private static func bytes(
    _ plan: TrainingPlan,
    _ model: Model,
    ranks: Int,
    threads: Int
  ) throws -> Int {
    let step = try StepMemory(plan, model, ranks: ranks, threads: threads).total
    // The weights, and their average where there is one.
    let evaluators = plan.averageDecay == nil ? 1 : 2
    return step + evaluators
      * Evaluator.bytes(model, threads: threads, options: plan.networkOptions)
      + (try snapshotBytes(plan, model, ranks: ranks))
  }

  /// Bytes of the copy of its part of the state that a rank writes to a checkpoint.
  private static func snapshotBytes(
    _ plan: TrainingPlan,
    _ model: Model,
    ranks: Int
  ) throws -> Int {
    let reduction = plan.reduction(model.layout, ranks: ranks)
    let owned = (0..<ranks).map { reduction.ownedElements($0) }.max() ?? 0
    let whole = (plan.averageDecay == nil ? 1 : 2) * (owned + model.layout.statistics.count)
    return (whole + (try plan.updateRule.state.count) * owned) * MemoryLayout<Float>.stride
  }

  private static func admit(
    _ plan: TrainingPlan,
    _ bytes: Int,
    _ limit: Limit,
    ranks: Int
  ) throws {
    let needed = Double(bytes) * Double(limit.ranks)
    guard limit.bytes > 0, needed > limit.bytes else { return }
    let gibibyte = 1_073_741_824.0
    let larger = try plan.grouping.lanesPerGroup == 1 && plan.accumulate * ranks < plan.lanes
    throw Failure(
      .usage,
      "--batch-size \(plan.batchSize) needs \(significant(needed / gibibyte)) GiB on each host, "
        + "\(limit.words) \(significant(limit.bytes / gibibyte)) GiB: take a smaller batch or ranks "
        + "on more hosts\(larger ? ", or a larger --accumulate" : "")."
    )
  }
}
