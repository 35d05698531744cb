/// What parameters are saved for.
public enum KeptModel: Sendable {
  /// They had the most right answers so far.
  case best(BestEvaluation)
  /// A restart period ended after so many epochs.
  case snapshot(epoch: Int)
  /// The run is over.
  case last
  /// They are the moving average at the end of the run; whether it has forgotten the first weights.
  case average(isWarm: Bool)

  /// The file's name in the run folder.
  package var name: String {
    switch self {
    case .best: ModelFile.bestName
    case .snapshot(let epoch): SnapshotFile.name(epoch: epoch)
    case .last: ModelFile.name
    case .average: ModelFile.averageName
    }
  }
}
