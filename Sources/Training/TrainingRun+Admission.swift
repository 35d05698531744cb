import Collectives
import Datasets
import Networks
import Plans
import Runs
import Tensors

extension TrainingRun {
  /// The network of a plan that can be run here; throws the same `Failure` (.usage) on all ranks
  /// for one that cannot, and (.file) where its profile cannot be written.
  @discardableResult
  public static func admit(
    _ plan: TrainingPlan,
    in environment: RunEnvironment
  ) throws -> Model {
    let (train, communicator) = (environment.source.train, environment.communicator)
    let horizon = try Horizon(plan, samples: train.count)
    try horizon.refuseStrongDecay()
    try communicator.together {
      guard let profile = plan.profile, communicator.rank == 0 else { return }
      try StepTrace.admit(profile, steps: horizon.steps, output: plan.output, data: plan.data)
    }
    let model = try ModelCatalog.model(
      plan.model,
      input: train.shape,
      classes: train.classes.count,
      shake: plan.shake
    )
    try MemoryCheck.admit(plan, model, environment.placement, communicator)
    try communicator.together {
      if communicator.rank == 0 { try ModelFile.admit(model, limit: ResourceLimit.fileSize.soft) }
    }
    return model
  }
}
