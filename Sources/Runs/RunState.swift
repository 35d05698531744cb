/// How far a run has come.
public enum RunState: String, Codable, Sendable {
  /// It takes steps, or was ended from outside.
  case running
  /// It ended as planned, perhaps early.
  case done
  /// It was asked to stop, and can go on from there.
  case stopped
  /// A loss or a gradient was not finite.
  case diverged
  /// An error ended it.
  case failed
}
