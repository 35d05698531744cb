import ArgumentParser

/// What is trained, on what and how: all of the plan that means something before there are ranks.
struct MethodOptions: ParsableArguments {
  @OptionGroup(title: "Data and model") var model: ModelOptions
  @OptionGroup(title: "Data and model") var shake: ShakeOptions
  @OptionGroup(title: "Data and model") var data: DataOptions
  @OptionGroup(title: "Training") var batch: BatchOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Optimizer") var rule: RuleOptions
  @OptionGroup(title: "Optimizer") var optimizer: OptimizerOptions
  @OptionGroup(title: "Optimizer") var schedule: ScheduleOptions
  @OptionGroup(title: "Optimizer") var constants: RuleConstantOptions
  @OptionGroup(title: "Optimizer") var weights: WeightOptions

  var assignments: [(flag: String, text: String?)] {
    model.assignments + shake.assignments + data.assignments + batch.assignments
      + training.assignments + rule.assignments + optimizer.assignments + schedule.assignments
      + constants.assignments + weights.assignments
  }
}
