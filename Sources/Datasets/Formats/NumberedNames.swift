/// Names of files that differ in a number: data_batch_1.bin, data_batch_2.bin and so on.
struct NumberedNames: Sendable {
  let prefix: String
  let suffix: String

  /// The number in a name; nil where it is another name, such as the "data_batch_1 (1).bin" that a
  /// second download leaves.
  func number(in name: String) -> Int? {
    guard name.hasPrefix(prefix), name.hasSuffix(suffix),
      name.utf8.count > prefix.utf8.count + suffix.utf8.count
    else { return nil }
    let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
    return digits.utf8.allSatisfy { (48...57).contains($0) } ? Int(digits) : nil
  }

  /// Whether a name is one of these.
  func contains(_ name: String) -> Bool { number(in: name) != nil }

  /// What is said of names that look like these and are none; nil where there are none.
  func note(of names: [String]) -> String? {
    let left = names.filter { $0.hasPrefix(prefix) && !contains($0) }
    return left.isEmpty
      ? nil : "not trained on, since only \(prefix)N\(suffix) is: \(left.joined(separator: ", "))"
  }
}
