import Tensors

/// One row of the table of the plan's fields, which feeds flags, help, YAML, the comparison of
/// ranks, and later the resume diff and sweep grids.
public struct PlanField: Sendable {
  /// How the flag is written.
  public enum Form: Sendable {
    /// `--flag VALUE`, with the placeholder for help.
    case value(String)
    /// `--flag VALUE` any number of times: what they say adds up.
    case values(String)
    /// `--flag` alone.
    case flag
  }

  /// What YAML may have in place of a text with commas.
  enum Several: Sendable {
    /// A list of what stands between them.
    case items
    /// A mapping, too, for the texts in which this parts a key from its value.
    case pairs(String)
  }

  /// The heading it stands under in help.
  public enum Section: String, CaseIterable, Sendable {
    case data = "Data and model"
    case training = "Training"
    case optimizer = "Optimizer"
    case parallel = "Lanes, ranks and threads"
    case output = "Output"
    case safety = "Stopping, going on, checking"
  }

  /// The flag without dashes, and the key in YAML.
  public let flag: String
  /// Value or flag.
  public let form: Form
  /// What of it YAML may write as a list or a mapping; nil for a single value.
  let several: Several?
  /// The heading.
  public private(set) var section = Section.training
  /// What it is, for help.
  public let help: String
  /// What hangs on it.
  public let effect: Effect
  /// Whether ranks may have different ones, and so may the parts of a run that was resumed.
  public let isLocal: Bool
  /// The commands that take it.
  public private(set) var commands: Commands
  /// The schedules that take it; none where any does.
  let schedules: [ScheduleName]
  /// The flag whose value a new one of this field takes the place of.
  let excludes: String?
  /// The flag whose new value leaves this one without meaning.
  let follows: String?
  /// The constant of update rules that it is.
  let constant: Constant?
  /// Its default in older versions of the arithmetic, each with the last version that had it.
  let earlierDefaults: KeyValuePairs<Int, String>
  /// Its text in a plan, nil where the plan leaves it open.
  public let get: @Sendable (TrainingPlan) -> String?
  /// Reads text into a plan; returns what was expected when the text is none.
  private let set: @Sendable (inout TrainingPlan, String) -> String?
  /// Gives a plan the default.
  package let reset: @Sendable (inout TrainingPlan) -> Void

  /// The row that ties a flag to a property of the plan; what is not said here is as for most
  /// fields.
  package init<Value>(
    _ flag: String,
    _ path: any WritableKeyPath<TrainingPlan, Value> & Sendable,
    _ type: FieldType<Value>,
    _ effect: Effect,
    isLocal: Bool = false,
    also commands: Commands = [],
    schedules: [ScheduleName] = [],
    excludes: String? = nil,
    follows: String? = nil,
    constant: Constant? = nil,
    earlierDefaults: KeyValuePairs<Int, String> = [:],
    _ help: String
  ) {
    (self.flag, self.form, self.several, self.help) = (flag, type.form, type.several, help)
    (self.effect, self.isLocal, self.commands) = (effect, isLocal, commands)
    (self.schedules, self.excludes, self.constant) = (schedules, excludes, constant)
    self.follows = follows ?? (schedules.isEmpty ? nil : "sched")
    self.earlierDefaults = earlierDefaults
    get = { type.write($0[keyPath: path]) }
    set = { plan, text in
      switch type.read(text) {
      case .value(let value): plan[keyPath: path] = value
      case .expected(let expected): return expected
      }
      return nil
    }
    reset = { $0[keyPath: path] = TrainingPlan()[keyPath: path] }
  }

  /// The rows of a section, whose fields these commands take, beside those that a row names.
  static func rows(
    _ section: Section,
    of commands: Commands,
    _ rows: [PlanField]
  ) -> [PlanField] {
    rows.map {
      var row = $0
      row.section = section
      row.commands.formUnion(commands)
      return row
    }
  }

  /// Sets the field from text; throws a usage failure that names the flag.
  public func assign(_ text: String, to plan: inout TrainingPlan) throws {
    if let expected = set(&plan, text) {
      let given = text.isEmpty ? "''" : text
      throw Failure(.usage, "--\(flag) \(given): expected \(expected).")
    }
  }

  /// Its default in a version of the arithmetic, nil where that is today's.
  func earlierDefault(at version: Int) -> String? {
    earlierDefaults.filter { $0.key >= version }.min { $0.key < $1.key }?.value
  }

  /// The field of that flag.
  public static func named(_ flag: String) -> PlanField? { all.first { $0.flag == flag } }
}
