import Glibc
import Networks
import Plans
import Tensors

/// Refuses a batch that cannot fit, before any folder is made or memory is asked for.
package enum MemoryCheck {
  /// Bytes of this host's memory; 0 when the system does not say.
  package static var hostMemory: Double {
    max(0, Double(sysconf(Int32(_SC_PHYS_PAGES)))) * Double(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// Throws a usage failure when a host's `localRanks` ranks need more than its `memory`.
  package static func admit(
    _ plan: TrainingPlan,
    _ model: Model,
    ranks: Int,
    localRanks: Int,
    threads: Int = 1,
    memory: Double
  ) throws {
    let step = try StepMemory(plan, model, ranks: ranks, threads: threads).total
    // The weights, and their average where there is one.
    let evaluators = plan.averageDecay == nil ? 1 : 2
    let evaluation =
      evaluators * Evaluator.bytes(model, threads: threads, options: plan.networkOptions)
    let needed = Double(step + evaluation) * Double(localRanks)
    guard memory > 0, needed > memory else { return }
    let gibibyte = 1_073_741_824.0
    let larger = try plan.grouping.lanesPerGroup == 1 && plan.accumulate * ranks < plan.lanes
    throw Failure(
      .usage,
      "--batch-size \(plan.batchSize) needs \(significant(needed / gibibyte)) GiB on each host, "
        + "which has \(significant(memory / gibibyte)) GiB: take a smaller batch or ranks on more "
        + "hosts\(larger ? ", or a larger --accumulate" : "")."
    )
  }
}
