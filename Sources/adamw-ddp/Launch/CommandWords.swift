import ArgumentParser
import Plans
import Tensors

/// What the words of the command line name, and what is said of those that cannot be read.
enum CommandWords {
  /// The arguments as the parser knows them: it calls --help-all by another name, and the flags of
  /// no command are those of the default one.
  static var all: [String] {
    let words = CommandLine.arguments.dropFirst().map {
      $0 == "--help-all" ? "--help-hidden" : $0
    }
    let isFlags = words.contains("--help-hidden") && words[0].hasPrefix("-")
    return (isFlags ? [name(TrainCommand.self)] : []) + words
  }

  /// The text of --help, and of what it leaves out where it does.
  static func help(_ text: String, of words: [String] = all) -> String {
    let found = find(words)
    guard text.hasPrefix("OVERVIEW"), !words.contains("--help-hidden") else { return text }
    let end: String
    switch found.type {
    case is AdamWDDP.Type: end = "All flags of a command: \(found.path) train --help-all"
    case is any FieldTaker.Type:
      end = "These are the common flags; \(found.path) --help-all lists them all."
    default: return text
    }
    return text.replacing(/\s+$/, with: "") + "\n\n" + end
  }

  /// The sentence for arguments that the parser refuses with `message`: what was meant, perhaps,
  /// and where to read on.
  static func complaint(_ message: String, of words: [String] = all) -> String {
    let found = find(words)
    if let stranger = found.stranger {
      let names = found.type.configuration.subcommands.map(name)
      return "there is no command '\(stranger)'\(names.suggestion(for: stranger)); there are "
        + "\(names.joined(separator: ", ")) (see \(found.path) --help)"
    }
    let type = found.type.configuration.defaultSubcommand ?? found.type
    let path = found.path + (type == found.type ? "" : " \(name(type))")
    let command = (type as? any FieldTaker.Type)?.command
    return "\(unknown(message, to: command) ?? message) (see \(path) --help)"
  }

  /// The better answer to an option that a command does not have; nil for other messages.
  private static func unknown(_ message: String, to command: PlanField.Commands?) -> String? {
    guard let match = message.wholeMatch(of: /Unknown option '(.+?)'(\. Did you mean '(.+)'\?)?/)
    else { return nil }
    let (option, guess) = (String(match.1), match.3.map(String.init))
    let start = "unknown option '\(option)'"
    guard let command else { return start }
    if let field = PlanField.named("\(option.drop { $0 == "-" })") {
      // Two dashes are what is missing, as in -lr.
      return field.commands.isSuperset(of: command)
        ? "\(start): it is --\(field.flag)"
        : "\(start): adamw-ddp train has it, and this command does not"
    }
    // The parser's own guess may be any other short word, and none that help leaves out.
    let flags = PlanField.all.filter { $0.commands.isSuperset(of: command) }.map { "--\($0.flag)" }
    let words = flags + (guess.map { [$0] } ?? [])
    let spelled = option.replacing("_", with: "-")
    if words.nearest(to: option) == spelled { return "\(start): it is \(spelled)" }
    if let answer = ForeignFlag.answer(option, for: command) { return "\(start): \(answer)" }
    return start + words.suggestion(for: option)
  }

  /// The command that the words name as far as they do, in full, and the first word that stands
  /// where a command would and is none.
  private static func find(
    _ words: [String]
  ) -> (type: any ParsableCommand.Type, path: String, stranger: String?) {
    var type: any ParsableCommand.Type = AdamWDDP.self
    var path = "adamw-ddp"
    for word in words.first == "help" ? words.dropFirst() : words[...] {
      if word.hasPrefix("-") || type.configuration.subcommands.isEmpty { break }
      guard let next = type.configuration.subcommands.first(where: { name($0) == word }) else {
        return (type, path, word)
      }
      (type, path) = (next, "\(path) \(word)")
    }
    return (type, path, nil)
  }

  /// What a command is called.
  private static func name(_ type: any ParsableCommand.Type) -> String {
    type.configuration.commandName ?? ""
  }
}
