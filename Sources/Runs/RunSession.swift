/// A start of a run: from which step to which it went, where, and why it ended.
public struct RunSession: Codable, Sendable, Equatable {
  /// The host of rank 0.
  public let host: String
  /// The number of ranks.
  public let ranks: Int
  /// Steps taken before it.
  public let fromStep: Int
  /// Steps taken when it ended; nil while it goes on.
  public private(set) var toStep: Int?
  /// When it began, in UTC (ISO 8601).
  public let began: String
  /// When it ended; nil while it goes on.
  public private(set) var ended: String?
  /// How it ended: a state of status.json, or "killed"; nil while it goes on.
  public private(set) var end: String?

  /// In what that decides what is trained it has another plan than the steps before it; nil where
  /// there is nothing.
  public let planChanges: [PlanChange]?

  /// One that begins.
  public init(
    host: String,
    ranks: Int,
    fromStep: Int,
    began: String,
    planChanges: [PlanChange] = []
  ) {
    (self.host, self.ranks, self.fromStep, self.began) = (host, ranks, fromStep, began)
    self.planChanges = planChanges.isEmpty ? nil : planChanges
  }

  /// Takes note of its end.
  public mutating func finish(_ end: String, step: Int, at time: String = RunProcess.now) {
    (self.end, toStep, ended) = (end, step, time)
  }
}
