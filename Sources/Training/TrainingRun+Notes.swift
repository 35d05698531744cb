import Collectives
import Datasets
import Networks
import Plans
import Tensors

extension TrainingRun {
  /// What there is to say of the hosts, and of the place of the run folder, before a run begins;
  /// every rank calls it.
  ///
  /// Throws the same `Failure` (.file) on all ranks where the place has no room.
  static func notes(
    _ plan: TrainingPlan,
    _ model: Model,
    _ resume: ResumeRequest?,
    _ environment: RunEnvironment
  ) throws -> [String] {
    let communicator = environment.communicator
    let skew = try ClockSkew.seconds(communicator)
    let space = try communicator.together { () throws -> String? in
      guard communicator.rank == 0 else { return nil }
      let horizon = try Horizon(plan, samples: environment.source.train.count)
      let path = resume?.folder ?? plan.output ?? "runs"
      return try OutputSpace(plan, model, horizon).note(
        path,
        replaces: plan.overwrite || resume != nil,
        free: FreeSpace(at: path)
      )
    }
    return [ClockSkew.warning(skew, hosts: communicator.hosts), space].compactMap { $0 }
  }
}
