/// What --on-nonfinite can be: what becomes of a run when a step's loss or gradient is not finite.
public enum NonFinitePolicy: String, Sendable, CaseIterable {
  /// It ends.
  case stop
  /// The step counts as taken, without its update.
  case skip

  /// So many steps in a row end a run whatever the policy: then it is no matter of single batches.
  public static let mostInARow = 10
}
