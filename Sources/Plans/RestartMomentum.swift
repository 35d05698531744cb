/// What --restart-momentum can be: what becomes of the optimizer's state at a restart.
public enum RestartMomentum: String, Sendable, CaseIterable {
  /// It carries on, as in the paper's code.
  case keep
  /// All of it becomes zero, and t counts from 1 again.
  case reset
}
