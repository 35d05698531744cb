/// The images that accuracy is measured on, apart from those that are trained on.
public enum EvaluationSplit: String, CaseIterable, Codable, Sendable {
  /// Held out, to choose among models and settings by.
  case val
  /// For what a run came to, and for no choice.
  case test
}
