import Tensors

extension CaseIterable where Self: RawRepresentable<String> {
  /// The case that the text of an option names, in small or large letters; nil where the option is
  /// not given.
  ///
  /// Throws a usage failure that says which there are.
  static func named(_ text: String?, by flag: String) throws(Failure) -> Self? {
    guard let text else { return nil }
    if let value = Self(rawValue: text.lowercased()) { return value }
    let names = allCases.map(\.rawValue).joined(separator: " or ")
    throw Failure(.usage, "\(flag) \(text): expected \(names).")
  }
}
