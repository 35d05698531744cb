/// status.json: how far a run is and how it ended.
public struct RunStatus: Codable, Sendable, Equatable {
  /// The file's name in a run folder.
  public static let name = "status.json"

  /// Whether it still goes on, and how it ended.
  public let state: RunState
  /// Steps taken.
  public let step: Int
  /// What went wrong, or what else there is to say.
  public let message: String?
  /// The evaluation whose model is best.safetensors.
  public let best: BestEvaluation?
  /// The names of the snapshots in the run folder, the earliest first; nil where there are none.
  public let snapshots: [String]?

  /// The status after `step` steps, with what is kept so far.
  public init(_ state: RunState, step: Int, message: String? = nil, kept: KeptModels) {
    (self.state, self.step, self.message) = (state, step, message)
    (best, snapshots) = (kept.best, kept.snapshots.isEmpty ? nil : kept.snapshots)
  }
}
