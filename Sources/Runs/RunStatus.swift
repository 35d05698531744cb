/// status.json: how far a run is and how it ended.
public struct RunStatus: Codable, Sendable, Equatable {
  /// The file's name in a run folder.
  public static let name = "status.json"

  /// How far a run has come.
  public enum State: String, Codable, Sendable {
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

  /// Whether it still goes on, and how it ended.
  public let state: State
  /// Steps taken.
  public let step: Int
  /// What went wrong, or what else there is to say.
  public let message: String?
  /// The evaluation whose model is best.safetensors.
  public let best: BestEvaluation?
  /// The names of the snapshots in the run folder, the earliest first; nil where there are none.
  public let snapshots: [String]?

  /// The status after `step` steps, with what is kept so far.
  public init(_ state: State, step: Int, message: String? = nil, kept: KeptModels) {
    (self.state, self.step, self.message) = (state, step, message)
    (best, snapshots) = (kept.best, kept.snapshots.isEmpty ? nil : kept.snapshots)
  }
}
