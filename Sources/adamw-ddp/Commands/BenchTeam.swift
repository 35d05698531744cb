import ArgumentParser
import Collectives
import Kernels
import Plans
import Tensors
import Training

/// The threads of a bench that runs in one process, and their kernels.
struct BenchTeam: ParsableArguments, FieldTaker {
  static let command = PlanField.Commands.benchKernels
  static let showsAll = true

  @OptionGroup var options: PlanOptions<BenchTeam>

  /// The team and its placement; throws a usage failure for kernels that the CPU lacks.
  func start() throws -> (team: ThreadTeam, placement: Placement) {
    var plan = TrainingPlan()
    try plan.overlay(options.settings)
    let placement = try Placement(
      SoloCommunicator(),
      threads: plan.threads,
      pin: true,
      kernels: plan.kernels,
      allowMixedCPU: false
    )
    return (try placement.team(rank: 0), placement)
  }
}
