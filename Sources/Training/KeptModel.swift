/// What parameters are saved for on a run's way.
public enum KeptModel: Sendable {
  /// They had the most right answers so far.
  case best(BestEvaluation)

  /// The file's name in the run folder.
  var name: String {
    switch self {
    case .best: ModelFile.bestName
    }
  }
}
