/// The steps of a run whose update was left out because loss or gradient were not finite.
public struct SkippedSteps: Codable, Sendable, Hashable {
  /// Over the whole run.
  public private(set) var total = 0
  /// Up to the last step, without another between.
  public private(set) var inARow = 0
  /// Since the rule forgot all last, or from the beginning.
  public var sinceReset = 0

  /// None.
  public init() {}

  /// Takes note of a step.
  mutating func take(isSkipped: Bool) {
    guard isSkipped else {
      inARow = 0
      return
    }
    total += 1
    inARow += 1
    sinceReset += 1
  }
}
