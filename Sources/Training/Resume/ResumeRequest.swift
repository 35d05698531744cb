/// What a command says of going on with a run.
public struct ResumeRequest: Sendable {
  /// The run folder.
  public let folder: String
  /// The steps of the checkpoint to go on from; nil: the newest that is whole.
  public let step: Int?
  /// Whether the run may begin where there is nothing to go on from.
  public let mayBegin: Bool
  /// The flags of the plan that may differ from the run's though they decide what is trained.
  public let allowedChanges: Set<String>

  /// A request.
  public init(folder: String, step: Int?, mayBegin: Bool, allowedChanges: Set<String> = []) {
    (self.folder, self.step, self.mayBegin) = (folder, step, mayBegin)
    self.allowedChanges = allowedChanges
  }
}
