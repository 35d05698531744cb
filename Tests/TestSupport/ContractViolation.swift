/// What an implementation does otherwise than its contract says.
public struct ContractViolation: Error, CustomStringConvertible {
  /// One sentence.
  public let description: String

  /// A violation that `description` tells in one sentence.
  public init(_ description: String) { self.description = description }
}

/// Throws a `ContractViolation` that says `sentence` unless `condition` holds.
func require(_ condition: Bool, _ sentence: @autoclosure () -> String) throws {
  if !condition { throw ContractViolation(sentence()) }
}
