import ArgumentParser
import Plans

/// The flags of the plan that a command takes, under their headings.
struct PlanOptions<Command: FieldTaker>: ParsableArguments {
  enum Data: FieldPart { static var section: PlanField.Section { .data } }
  enum Training: FieldPart { static var section: PlanField.Section { .training } }
  enum Optimizer: FieldPart { static var section: PlanField.Section { .optimizer } }
  enum Parallel: FieldPart { static var section: PlanField.Section { .parallel } }
  enum Output: FieldPart { static var section: PlanField.Section { .output } }
  enum Safety: FieldPart { static var section: PlanField.Section { .safety } }

  @OptionGroup(title: Data.section.rawValue) var data: FieldOptions<Command, Data>
  @OptionGroup(title: Training.section.rawValue) var training: FieldOptions<Command, Training>
  @OptionGroup(title: Optimizer.section.rawValue) var optimizer: FieldOptions<Command, Optimizer>
  @OptionGroup(title: Parallel.section.rawValue) var parallel: FieldOptions<Command, Parallel>
  @OptionGroup(title: Output.section.rawValue) var output: FieldOptions<Command, Output>
  @OptionGroup(title: Safety.section.rawValue) var safety: FieldOptions<Command, Safety>

  /// What was given, as it was written.
  var settings: [(flag: String, text: String)] {
    data.settings + training.settings + optimizer.settings + parallel.settings + output.settings
      + safety.settings
  }
}
