import Checkpoints
import Datasets

/// status.json: how far a run is and how it ended.
public struct RunStatus: Codable, Sendable, Equatable {
  /// The file's name in a run folder.
  public static let name = "status.json"

  /// Whether it still goes on, and how it ended.
  public private(set) var state: RunState
  /// Steps taken.
  public let step: Int
  /// The host of rank 0, whose process there tells whether the run still goes on.
  public let host: String
  /// The number of that process.
  public let pid: Int32
  /// When the run was started, in UTC (ISO 8601).
  public let started: String
  /// When this was written, in UTC (ISO 8601).
  public private(set) var updated: String
  /// When the run ended; nil while it goes on, and where it was ended from outside.
  public private(set) var ended: String?
  /// What went wrong, or what else there is to say.
  public private(set) var message: String?
  /// Steps whose update was left out; nil where there are none.
  public let skippedSteps: Int?
  /// The steps of the epoch that was begun last.
  public let train: RunScores?
  /// The last evaluation on the images held out.
  public let val: RunScores?
  /// The last evaluation of the weights' moving average on them.
  public let emaVal: RunScores?
  /// The last evaluation on the test images.
  public let test: RunScores?
  /// The last evaluation of the weights' moving average on them.
  public let emaTest: RunScores?
  /// The evaluation whose model is best.safetensors.
  public let best: BestEvaluation?
  /// The names of the snapshots in the run folder, the earliest first; nil where there are none.
  public let snapshots: [String]?
  /// The SHA-256 of model.safetensors; nil before there is one.
  public let modelSHA256: String?
  /// The digests of its states so far, as one; nil where it takes none.
  public let chain: DigestChain?
  /// What the data are; nil where that is not known.
  public let data: DataDigest?
  /// The model to use, as a name in the run folder; nil while there is none.
  public let recommended: String?
  /// The steps of the last checkpoint, from which the run can go on; nil while there is none.
  public let checkpoint: Int?

  /// The status of a run that has come to `progress`.
  public init(
    _ state: RunState,
    _ progress: RunProgress,
    _ process: RunProcess,
    message: String? = nil,
    modelSHA256: String? = nil,
    data: DataDigest? = nil,
    checkpoint: Int? = nil
  ) {
    self.checkpoint = checkpoint
    (self.state, step, self.message) = (state, progress.step, message)
    (host, pid, started) = (process.host, process.pid, process.started)
    updated = RunProcess.now
    ended = state == .running ? nil : updated
    skippedSteps = progress.skipped.total > 0 ? progress.skipped.total : nil
    train = RunScores(progress.epoch)
    (val, emaVal) = (
      progress.val.weights.map(RunScores.init), progress.val.average.map(RunScores.init)
    )
    (test, emaTest) = (
      progress.test.weights.map(RunScores.init), progress.test.average.map(RunScores.init)
    )
    let kept = progress.kept
    (best, snapshots) = (kept.best, kept.snapshots.isEmpty ? nil : kept.snapshots)
    recommended = kept.recommended(state)
    (self.modelSHA256, self.data) = (modelSHA256, data)
    chain = progress.chain
  }

  /// Has the status of a run that goes on say at `path` that it failed, and why, from outside of
  /// what the run knows.
  ///
  /// Throws `Failure`: .data where there is none, .file where it cannot be written.
  package static func fail(_ message: String, at path: String) throws {
    var status = try JSONFile.read(RunStatus.self, from: path)
    guard status.state == .running else { return }
    (status.state, status.message) = (.failed, message)
    status.updated = RunProcess.now
    status.ended = status.updated
    try JSONFile.write(status, to: path)
  }

  private enum CodingKeys: String, CodingKey {
    case state, step, host, pid, started, updated, ended, message, skippedSteps, train, val, emaVal
    case test, emaTest, best, snapshots, recommended, chain, data, checkpoint
    // The strategy for keys would read the digits as a word.
    case modelSHA256 = "modelSha256"
  }
}
