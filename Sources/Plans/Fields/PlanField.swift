import Tensors

/// One row of the table of the plan's fields, which feeds flags, help, YAML, and later the resume diff and sweep grids.
public struct PlanField: Sendable {
  /// How the flag is written.
  public enum Form: Sendable {
    /// `--flag VALUE`, with the placeholder for help.
    case value(String)
    /// `--flag` alone.
    case flag
  }

  /// The heading it stands under in help.
  public enum Section: String, CaseIterable, Sendable {
    case data = "DATA AND MODEL"
    case training = "TRAINING"
    case optimizer = "OPTIMIZER"
    case parallel = "LANES, RANKS AND THREADS"
    case output = "OUTPUT"
  }

  /// The flag without dashes, and the key in YAML.
  public let flag: String
  /// Value or flag.
  public let form: Form
  /// The heading.
  public let section: Section
  /// What it is, for help.
  public let help: String
  /// Whether the trained bits depend on it.
  public let decidesBits: Bool
  /// Whether a resumed run may change it.
  public let mayChangeOnResume: Bool
  /// Whether a sweep may vary it.
  public let sweepable: Bool
  /// Its text in a plan, nil where the plan leaves it open.
  public let get: @Sendable (TrainingPlan) -> String?
  /// Reads text into a plan; returns what was expected when the text is none.
  let set: @Sendable (inout TrainingPlan, String) -> String?

  /// Sets the field from text; throws a usage failure that names the flag.
  public func assign(_ text: String, to plan: inout TrainingPlan) throws {
    if let expected = set(&plan, text) {
      throw Failure(.usage, "--\(flag) \(text): expected \(expected).")
    }
  }

  /// The field of that flag.
  public static func named(_ flag: String) -> PlanField? { all.first { $0.flag == flag } }
}
