import Datasets
import Foundation

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

  /// Rank 0's process.
  public struct Process: Sendable, Equatable {
    /// Its host.
    public let host: String
    /// Its number there.
    public let pid: Int32
    /// When the run was started, in UTC (ISO 8601).
    public let started: String

    /// A process that has started now.
    public init(host: String, pid: Int32) {
      (self.host, self.pid, started) = (host, pid, Self.now)
    }

    /// The time in UTC (ISO 8601).
    static var now: String { Date.now.formatted(.iso8601) }
  }

  /// Loss and right answers as fractions.
  public struct Scores: Codable, Sendable, Equatable {
    /// Mean loss; nil where it is not finite.
    public let loss: Double?
    /// Right answers.
    public let accuracy: Double
    /// Images whose label is among the five largest logits; nil with five classes or fewer.
    public let accuracy5: Double?

    /// Those of an evaluation.
    init(_ result: EvaluationResult) {
      loss = result.loss.isFinite ? result.loss : nil
      (accuracy, accuracy5) = (result.accuracy, result.accuracy5)
    }

    /// Those of steps; nil without steps.
    init?(_ sums: MetricsSums) {
      guard let loss = sums.meanLoss, let accuracy = sums.accuracy else { return nil }
      self.loss = loss.isFinite ? loss : nil
      (self.accuracy, accuracy5) = (accuracy, sums.accuracy5)
    }
  }

  /// Whether it still goes on, and how it ended.
  public let state: State
  /// Steps taken.
  public let step: Int
  /// The host of rank 0, whose process there tells whether the run still goes on.
  public let host: String
  /// The number of that process.
  public let pid: Int32
  /// When the run was started, in UTC (ISO 8601).
  public let started: String
  /// When this was written, in UTC (ISO 8601).
  public let updated: String
  /// When the run ended; nil while it goes on, and where it was ended from outside.
  public let ended: String?
  /// What went wrong, or what else there is to say.
  public let message: String?
  /// The steps of the epoch that was begun last.
  public let train: Scores?
  /// The last evaluation on the images held out.
  public let val: Scores?
  /// The last evaluation of the weights' moving average on them.
  public let emaVal: Scores?
  /// The last evaluation on the test images.
  public let test: Scores?
  /// The last evaluation of the weights' moving average on them.
  public let emaTest: Scores?
  /// The evaluation whose model is best.safetensors.
  public let best: BestEvaluation?
  /// The names of the snapshots in the run folder, the earliest first; nil where there are none.
  public let snapshots: [String]?
  /// The SHA-256 of model.safetensors; nil before there is one.
  public let modelSHA256: String?
  /// What the data are; nil where that is not known.
  public let data: DataDigest?
  /// The model to use, as a name in the run folder; nil while there is none.
  public let recommended: String?

  /// The status of a run that has come to `progress`.
  public init(
    _ state: State,
    _ progress: RunProgress,
    _ process: Process,
    message: String? = nil,
    modelSHA256: String? = nil,
    data: DataDigest? = nil
  ) {
    (self.state, step, self.message) = (state, progress.step, message)
    (host, pid, started) = (process.host, process.pid, process.started)
    updated = Process.now
    ended = state == .running ? nil : updated
    train = Scores(progress.epoch)
    (val, emaVal) = (progress.val.weights.map(Scores.init), progress.val.average.map(Scores.init))
    (test, emaTest) = (
      progress.test.weights.map(Scores.init), progress.test.average.map(Scores.init)
    )
    let kept = progress.kept
    (best, snapshots) = (kept.best, kept.snapshots.isEmpty ? nil : kept.snapshots)
    recommended = kept.recommended(state)
    (self.modelSHA256, self.data) = (modelSHA256, data)
  }

  private enum CodingKeys: String, CodingKey {
    case state, step, host, pid, started, updated, ended, message, train, val, emaVal
    case test, emaTest, best, snapshots, recommended, data
    // The strategy for keys would read the digits as a word.
    case modelSHA256 = "modelSha256"
  }
}
