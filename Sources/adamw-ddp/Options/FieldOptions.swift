import ArgumentParser
import Optimizers
import Plans

/// A command that takes flags of the plan.
protocol FieldTaker {
  /// Which command, as the table of fields knows it.
  static var command: PlanField.Commands { get }
  /// Whether a flag that is not given means the plan's default, which help then names.
  static var takesDefaults: Bool { get }
  /// Whether its flags are so few that help shows them all.
  static var showsAll: Bool { get }
}

extension FieldTaker {
  static var takesDefaults: Bool { true }
  static var showsAll: Bool { false }
}

/// A section of the table of fields.
protocol FieldPart {
  static var section: PlanField.Section { get }
}

/// The flags of one section that a command takes, made from the plan's table of fields.
///
/// The parser asks an instance's mirror for what it is to parse and then decodes by the same
/// labels, so the wrappers of @Option and @Flag need not be properties.
struct FieldOptions<Command: FieldTaker, Part: FieldPart>: ParsableArguments, CustomReflectable {
  /// A flag as the key under which its value was parsed.
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }

    init?(intValue: Int) { nil }
  }

  /// What was given, as it was written.
  let settings: [(flag: String, text: String)]

  init() { settings = [] }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    settings = try Self.fields.compactMap { field in
      let key = Key(stringValue: field.flag)
      let text: String?
      switch field.form {
      case .value: text = try values.decode(Option<String?>.self, forKey: key).wrappedValue
      case .values:
        let texts = try values.decode(Option<[String]>.self, forKey: key).wrappedValue
        text = texts.isEmpty ? nil : texts.joined(separator: ",")
      case .flag:
        text = try values.decode(Flag<Bool>.self, forKey: key).wrappedValue ? "true" : nil
      }
      return text.map { (field.flag, $0) }
    }
  }

  var customMirror: Mirror {
    Mirror(self, children: Self.fields.map { ($0.flag, Self.wrapper($0)) })
  }

  private static var fields: [PlanField] {
    PlanField.all.filter {
      $0.section == Part.section && $0.commands.isSuperset(of: Command.command)
    }
  }

  /// What @Option or @Flag would be; values may start with a dash, so that `--lr -1` is answered as
  /// a negative rate.
  private static func wrapper(_ field: PlanField) -> Any {
    let name = NameSpecification.customLong(field.flag)
    switch field.form {
    case .value(let placeholder):
      return Option<String?>(
        name: name,
        parsing: .unconditional,
        help: help(field, placeholder)
      )
    case .values(let placeholder):
      return Option<[String]>(
        wrappedValue: [],
        name: name,
        parsing: .unconditionalSingleValue,
        help: help(field, placeholder)
      )
    case .flag:
      let help = ArgumentHelp("\(field.help)", visibility: visibility(field))
      return Flag(wrappedValue: false, name: name, help: help)
    }
  }

  private static func help(_ field: PlanField, _ placeholder: String) -> ArgumentHelp {
    let text = Command.takesDefaults ? field.get(TrainingPlan()) : nil
    // YAML writes 0.0 where people write 0.
    let value = text.map { text in Double(text).map(plain) ?? text }
    return ArgumentHelp(
      "\(field.help)\(value.map { " (default: \($0))" } ?? "")",
      valueName: placeholder,
      visibility: visibility(field)
    )
  }

  private static func visibility(_ field: PlanField) -> ArgumentVisibility {
    field.isCommon || Command.showsAll ? .default : .hidden
  }
}
