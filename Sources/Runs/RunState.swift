/// How far a run has come, as status.json and the summary have it.
public enum RunState: String, Codable, Sendable {
  /// It takes steps, or was ended from outside.
  case running
  /// It ended as planned, perhaps early.
  case done
  /// A loss or a gradient was not finite.
  case diverged
  /// An error ended it.
  case failed
}
