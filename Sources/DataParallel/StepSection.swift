import Tensors

/// The sections of a run as a team's clock knows them: their labels are negative.
public enum StepSection: Int, CaseIterable, Sendable {
  /// All of a step, the other sections included.
  case step = -1
  /// Reading the samples.
  case read = -2
  /// Sending and adding gradients between ranks.
  case reduce = -3
  /// Loss, counts, statistics and norms over all ranks.
  case totals = -4
  /// The update rule.
  case update = -5
  /// Bringing parameters to all ranks.
  case gather = -6
  /// The network from images to losses.
  case forward = -7
  /// The network from losses to gradients; what is reduced meanwhile included.
  case backward = -8
  /// An evaluation.
  case evaluate = -9
  /// Writing what is kept.
  case save = -10
  /// Adding up the sums of BatchNorm over ranks, in forward and backward; comparing what --audit has
  /// had computed twice.
  case exchange = -11
  /// Evaluating once more, when all steps are taken.
  case lastEvaluation = -12
  /// Showing people how the run goes, who may hold their terminal.
  case show = -13
  /// A step computed for the first time where --audit wants it twice.
  case audit = -14
  /// Hashing what the step has changed.
  case digest = -15

  /// What a profile calls it.
  public var name: String { "\(self)" }

  /// Whether a profile shows it; of the network it shows every kernel instead, and of a run the
  /// steps alone.
  public var isRecorded: Bool { rawValue >= Self.gather.rawValue || self == .digest }

  /// Whether a rank waits for others in it.
  public var waits: Bool {
    switch self {
    case .reduce, .totals, .gather, .exchange: true
    default: false
    }
  }

  /// Runs `body` as this section on the team's clock.
  public func measure<T>(_ team: ThreadTeam, _ body: () throws -> T) rethrows -> T {
    try team.clock.measure(rawValue, isRecorded: isRecorded, body)
  }
}
