import ArgumentParser
import Plans
import Tensors

/// Where a plan comes from before its flags.
struct PlanSourceOptions: ParsableArguments {
  @Option(
    name: .customLong("preset"),
    help: ArgumentHelp(
      "a published recipe to start from; adamw-ddp presets lists them",
      valueName: "NAME"
    )
  )
  var preset: String?
  @Option(
    name: .customLong("config"),
    help: ArgumentHelp(
      "YAML file with one 'flag: value' a line, or a run's plan.yaml, whose output is not taken",
      valueName: "FILE"
    )
  )
  var config: String?

  /// Whether there is one.
  var isGiven: Bool { preset != nil || config != nil }

  /// Defaults, then the preset, then the file, then the flags.
  func plan(_ settings: [(flag: String, text: String)]) throws -> TrainingPlan {
    var plan = TrainingPlan()
    if let preset { try PlanFile.apply(try Preset.named(preset), to: &plan) }
    if let config { try PlanFile.apply(config, to: &plan) }
    try plan.overlay(settings)
    return plan
  }

  /// Throws a data failure where a plan is to train on a preset's own images and they cannot be
  /// read yet: they are not missing.
  func refuseJPEG(_ plan: TrainingPlan) throws {
    guard let preset else { return }
    let recipe = try Preset.named(preset)
    var own = TrainingPlan()
    try PlanFile.apply(recipe, to: &own)
    guard recipe.needsJPEG, plan.data == own.data else { return }
    // Four fifths of the 3,670 photos of tf_flowers.
    throw Failure(
      .data,
      "--preset \(recipe.name) needs JPEG images, which this version does not read; "
        + "adamw-ddp explain --preset \(recipe.name) --images 2936 shows its decay."
    )
  }
}
