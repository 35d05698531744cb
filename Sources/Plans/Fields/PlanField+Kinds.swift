import Tensors

extension PlanField {
  /// What a field means for bits, resuming and sweeps.
  enum Effect {
    /// Decides the bits, may not change on resume, may be swept.
    case method
    /// Decides the bits, may not change, is not worth sweeping.
    case identity
    /// Decides how far a run goes, not its bits up to there.
    case extent
    /// Decides nothing about the bits.
    case running
  }

  /// What was expected where the text is no integer of the range; nil where it is one.
  ///
  /// The upper end keeps products of two fields far from overflow.
  private static func expectation(of text: String, _ range: ClosedRange<Int>) -> String? {
    // Digits alone that are no Int are a number beyond it.
    let isDigits = !text.isEmpty && text.allSatisfy { ("0"..."9").contains($0) }
    guard let value = Int(text) ?? (isDigits ? .max : nil), value >= range.lowerBound else {
      return "an integer of at least \(range.lowerBound)"
    }
    return value <= range.upperBound ? nil : "an integer of at most \(range.upperBound)"
  }

  static func integer(
    _ flag: String,
    _ section: Section,
    _ effect: Effect,
    _ path: any WritableKeyPath<TrainingPlan, Int> & Sendable,
    atLeast least: Int,
    atMost most: Int = Int(Int32.max),
    _ help: String
  ) -> PlanField {
    row(flag, .value("N"), section, effect, help, { "\($0[keyPath: path])" }) { plan, text in
      if let expected = expectation(of: text, least...most) { return expected }
      plan[keyPath: path] = Int(text) ?? least
      return nil
    }
  }

  static func optionalInteger(
    _ flag: String,
    _ section: Section,
    _ effect: Effect,
    _ path: any WritableKeyPath<TrainingPlan, Int?> & Sendable,
    atLeast least: Int,
    atMost most: Int = Int(Int32.max),
    _ help: String
  ) -> PlanField {
    row(flag, .value("N"), section, effect, help, { $0[keyPath: path].map { "\($0)" } }) {
      plan,
      text in
      if let expected = expectation(of: text, least...most) { return expected }
      plan[keyPath: path] = Int(text)
      return nil
    }
  }

  static func number(
    _ flag: String,
    _ section: Section,
    _ effect: Effect,
    _ path: any WritableKeyPath<TrainingPlan, Double> & Sendable,
    _ range: NumberRange,
    _ help: String
  ) -> PlanField {
    row(flag, .value("X"), section, effect, help, { "\($0[keyPath: path])" }) { plan, text in
      guard let value = range.read(text) else { return range.rawValue }
      plan[keyPath: path] = value
      return nil
    }
  }

  static func optionalNumber(
    _ flag: String,
    _ section: Section,
    _ effect: Effect,
    _ path: any WritableKeyPath<TrainingPlan, Double?> & Sendable,
    _ range: NumberRange,
    _ help: String
  ) -> PlanField {
    row(flag, .value("X"), section, effect, help, { $0[keyPath: path].map { "\($0)" } }) {
      plan,
      text in
      guard let value = range.read(text) else { return range.rawValue }
      plan[keyPath: path] = value
      return nil
    }
  }

  static func choice<T: RawRepresentable & CaseIterable & Sendable>(
    _ flag: String,
    _ section: Section,
    _ effect: Effect,
    _ path: any WritableKeyPath<TrainingPlan, T> & Sendable,
    _ help: String
  ) -> PlanField where T.RawValue == String {
    let names = T.allCases.map(\.rawValue)
    return row(
      flag,
      .value(names.joined(separator: "|")),
      section,
      effect,
      help,
      { $0[keyPath: path].rawValue }
    ) { plan, text in
      guard let value = T(rawValue: text) else { return names.joined(separator: " or ") }
      plan[keyPath: path] = value
      return nil
    }
  }

  static func optionalChoice<T: RawRepresentable & CaseIterable & Sendable>(
    _ flag: String,
    _ section: Section,
    _ effect: Effect,
    _ path: any WritableKeyPath<TrainingPlan, T?> & Sendable,
    _ help: String
  ) -> PlanField where T.RawValue == String {
    let names = T.allCases.map(\.rawValue)
    let form = Form.value(names.joined(separator: "|"))
    return row(flag, form, section, effect, help, { $0[keyPath: path]?.rawValue }) { plan, text in
      guard let value = T(rawValue: text) else { return names.joined(separator: " or ") }
      plan[keyPath: path] = value
      return nil
    }
  }

  /// Some of the names, separated by commas.
  static func set<T: RawRepresentable & CaseIterable & Hashable & Sendable>(
    _ flag: String,
    _ section: Section,
    _ effect: Effect,
    _ path: any WritableKeyPath<TrainingPlan, Set<T>> & Sendable,
    _ help: String
  ) -> PlanField where T.RawValue == String {
    let names = T.allCases.map(\.rawValue)
    let get: @Sendable (TrainingPlan) -> String? = { plan in
      let chosen = T.allCases.filter { plan[keyPath: path].contains($0) }.map(\.rawValue)
      return chosen.isEmpty ? nil : chosen.joined(separator: ",")
    }
    return row(flag, .value("NAME"), section, effect, help, get) { plan, text in
      let values = text.split(separator: ",", omittingEmptySubsequences: false)
        .map { T(rawValue: String($0)) }
      guard values.allSatisfy({ $0 != nil }) else {
        return "some of " + names.joined(separator: ", ")
      }
      plan[keyPath: path] = Set(values.compactMap(\.self))
      return nil
    }
  }

  static func text(
    _ flag: String,
    _ placeholder: String,
    _ section: Section,
    _ effect: Effect,
    _ path: any WritableKeyPath<TrainingPlan, String> & Sendable,
    _ help: String
  ) -> PlanField {
    row(flag, .value(placeholder), section, effect, help, { $0[keyPath: path] }) { plan, text in
      if text.isEmpty { return "a \(placeholder)" }
      plan[keyPath: path] = text
      return nil
    }
  }

  static func toggle(
    _ flag: String,
    _ section: Section,
    _ effect: Effect,
    _ path: any WritableKeyPath<TrainingPlan, Bool> & Sendable,
    _ help: String
  ) -> PlanField {
    row(flag, .flag, section, effect, help, { $0[keyPath: path] ? "true" : nil }) { plan, text in
      guard let value = Bool(text) else { return "true or false" }
      plan[keyPath: path] = value
      return nil
    }
  }

  static func row(
    _ flag: String,
    _ form: Form,
    _ section: Section,
    _ effect: Effect,
    _ help: String,
    _ get: @escaping @Sendable (TrainingPlan) -> String?,
    set: @escaping @Sendable (inout TrainingPlan, String) -> String?
  ) -> PlanField {
    PlanField(
      flag: flag,
      form: form,
      section: section,
      help: help,
      decidesBits: effect == .method || effect == .identity,
      mayChangeOnResume: effect == .running || effect == .extent,
      sweepable: effect == .method,
      get: get,
      set: set
    )
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
}
