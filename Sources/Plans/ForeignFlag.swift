/// What a flag of another program is called here: of timm's train.py, torchvision's references,
/// torch's examples, Keras, Lightning, transformers and the paper's Torch code.
///
/// The program takes none of them: many mean something a little different there.
public enum ForeignFlag {
  /// What a command has in place of an option such as "--wd" or "-b", as the end of a sentence; nil
  /// for one that no program in the table has, or that is nothing to this command.
  public static func answer(_ option: String, for command: PlanField.Commands) -> String? {
    guard let answer = answer(option) else { return nil }
    let flags = answer.matches(of: /--([a-z0-9-]+)/).compactMap { PlanField.named("\($0.1)") }
    return flags.allSatisfy { $0.commands.isSuperset(of: command) } ? answer : nil
  }

  private static func answer(_ option: String) -> String? {
    var name = option.drop { $0 == "-" }.lowercased().replacing("_", with: "-")
    // "-j4": a letter with its value.
    if !option.hasPrefix("--"), name.dropFirst().allSatisfy(\.isNumber) {
      name = "\(name.prefix(1))"
    }
    return rows.first { $0.names.split(separator: " ").contains { $0 == name } }?.answer
  }
}
