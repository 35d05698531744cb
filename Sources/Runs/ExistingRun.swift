/// What becomes of a run that the folder of a new one already holds.
public enum ExistingRun: Sendable {
  /// It stays, and the new one is refused.
  case refused
  /// Its files are taken away, and nothing else.
  case replaced
  /// It stays, and the new one gets a folder beside it whose name ends in -2, -3, ….
  case avoided
  /// It stays, and the new one goes on in its folder, or is the first in it.
  case resumed
}
