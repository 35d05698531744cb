/// Why parameters are saved on a run's way.
public enum KeptModel: Sendable {
  /// They had the most right answers so far.
  case best(BestEvaluation)
  /// A restart period ended after so many epochs.
  case snapshot(epoch: Int)

  /// The file's name in the run folder.
  package var name: String {
    switch self {
    case .best: ModelFile.bestName
    case .snapshot(let epoch): SnapshotFile.name(epoch: epoch)
    }
  }
}
