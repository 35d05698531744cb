/// How a field's value is written: what a text means, and the text of a value.
package struct FieldType<Value: Sendable>: Sendable {
  /// What a text was read as.
  enum Reading {
    case value(Value)
    /// What was expected instead, as the error says it.
    case expected(String)
  }

  /// How the flag is written.
  let form: PlanField.Form
  /// What of it YAML may write as a list, nil for a single value.
  let several: PlanField.Several?
  /// Reads a text, all of it.
  let read: @Sendable (String) -> Reading
  /// The text of a value, nil where it is left out.
  let write: @Sendable (Value) -> String?

  init(
    _ form: PlanField.Form,
    several: PlanField.Several? = nil,
    read: @escaping @Sendable (String) -> Reading,
    write: @escaping @Sendable (Value) -> String?
  ) {
    (self.form, self.several, self.read, self.write) = (form, several, read, write)
  }

  /// A type whose texts are `expected` or refused.
  init(
    _ form: PlanField.Form,
    several: PlanField.Several? = nil,
    expected: String,
    read: @escaping @Sendable (String) -> Value?,
    write: @escaping @Sendable (Value) -> String?
  ) {
    let reading: @Sendable (String) -> Reading = {
      if let value = read($0) { .value(value) } else { .expected(expected) }
    }
    self.init(form, several: several, read: reading, write: write)
  }

  /// The same for a value that may be left open.
  static func optional<T>(_ type: FieldType<T>) -> FieldType where Value == T? {
    FieldType(
      type.form,
      several: type.several,
      read: {
        switch type.read($0) {
        case .value(let value): .value(value)
        case .expected(let expected): .expected(expected)
        }
      },
      write: { $0.flatMap(type.write) }
    )
  }
}

extension FieldType where Value: CustomStringConvertible {
  /// What describes itself in the words that it is read from.
  static func described(
    _ placeholder: String,
    expected: String,
    read: @escaping @Sendable (String) -> Value?
  ) -> FieldType {
    FieldType(.value(placeholder), expected: expected, read: read) { $0.description }
  }
}

extension FieldType<String> {
  /// Any text but none.
  static func text(_ placeholder: String, expected: String? = nil) -> FieldType {
    described(placeholder, expected: expected ?? "a \(placeholder)") { $0.isEmpty ? nil : $0 }
  }

  /// A name, spelled as in `names` where it is one of them in any case.
  static func name(of names: [String]) -> FieldType {
    described("NAME", expected: "a NAME") { text in
      text.isEmpty ? nil : names.first { $0 == text.lowercased() } ?? text
    }
  }

  /// A path, as the kernel takes it.
  ///
  /// One that still starts with "~/" or "~name/" is refused: the shell has not replaced it
  /// (--output=~/run), and nobody means a folder of that name.
  static func path(_ placeholder: String, expected: String) -> FieldType {
    FieldType(
      .value(placeholder),
      read: { text in
        if text.isEmpty { return .expected(expected) }
        guard text.hasPrefix("~"), let slash = text.firstIndex(of: "/") else { return .value(text) }
        let name = text[..<slash]
        let home = name == "~" ? "$HOME\(text[slash...])" : "the path of that home folder"
        return .expected(
          "\(expected), and the shell has left the \(name) as it is; write \(home), or ./\(text) "
            + "for a folder that is called \(name)"
        )
      },
      write: { $0 }
    )
  }
}

extension FieldType<Bool> {
  /// A flag that is there or not; in YAML, true or false, or another pair of words that people
  /// write for them.
  static var toggle: FieldType {
    let words = ["true": true, "yes": true, "on": true, "false": false, "no": false, "off": false]
    return FieldType(
      .flag,
      expected: "true or false",
      read: { words[$0.lowercased()] },
      write: { $0 ? "true" : nil }
    )
  }
}
