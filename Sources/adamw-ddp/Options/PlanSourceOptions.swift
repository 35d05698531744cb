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
}
