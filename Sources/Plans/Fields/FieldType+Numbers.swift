extension FieldType<Int> {
  /// An integer of the range.
  package static func integer(_ range: ClosedRange<Int>) -> FieldType {
    FieldType(
      .value("N"),
      read: { text in
        // Digits alone that are no Int are a number beyond it.
        let isDigits = !text.isEmpty && text.allSatisfy { ("0"..."9").contains($0) }
        guard let value = Int(text) ?? (isDigits ? .max : nil), value >= range.lowerBound else {
          return .expected("an integer of at least \(range.lowerBound)")
        }
        return value <= range.upperBound
          ? .value(value) : .expected("an integer of at most \(range.upperBound)")
      },
      write: { "\($0)" }
    )
  }

  /// An integer from there on, up to an end that keeps products of two fields far from overflow.
  static func integer(_ range: PartialRangeFrom<Int>) -> FieldType {
    integer(range.lowerBound...Int(Int32.max))
  }
}

extension FieldType<Double> {
  /// A number of the range.
  static func number(_ range: NumberRange) -> FieldType {
    described("X", expected: range.rawValue, read: range.read)
  }
}

/// The numbers a field accepts, named as the error says it.
enum NumberRange: String {
  case positive = "a positive number"
  case notNegative = "a number that is not negative"
  case fraction = "a number of at least 0 and below 1"
  case openFraction = "a number between 0 and 1"
  case part = "a number above 0 and at most 1"
  case growth = "a number from 1 to 100"

  func read(_ text: String) -> Double? {
    guard let x = Double(text), x.isFinite else { return nil }
    switch self {
    // As the Float it will be used as: an ε that rounds to 0 divides 0 by 0.
    case .positive: return Float(x) > 0 ? x : nil
    case .notNegative: return x >= 0 ? x : nil
    case .fraction: return x >= 0 && x < 1 ? x : nil
    case .openFraction: return x > 0 && x < 1 ? x : nil
    case .part: return x > 0 && x <= 1 ? x : nil
    case .growth: return x >= 1 && x <= 100 ? x : nil
    }
  }
}
