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

  /// One that begins.
  public init(host: String, ranks: Int, fromStep: Int, began: String) {
    (self.host, self.ranks, self.fromStep, self.began) = (host, ranks, fromStep, began)
  }

  /// Takes note of its end.
  public mutating func finish(_ end: String, step: Int, at time: String = RunProcess.now) {
    (self.end, toStep, ended) = (end, step, time)
  }

  /// The sessions of the run in a folder, the last of them closed as status.json has it; none where
  /// there is no run.
  public static func earlier(in run: String) -> [RunSession] {
    struct Record: Decodable { let sessions: [RunSession]? }
    let record = try? RunFolder.read(Record.self, from: "\(run)/\(RunRecord.name)")
    var sessions = record?.sessions ?? []
    guard let last = sessions.indices.last, sessions[last].end == nil,
      let status = try? RunFolder.read(RunStatus.self, from: "\(run)/\(RunStatus.name)")
    else { return sessions }
    let end = status.state == .running ? "killed" : status.state.rawValue
    sessions[last].finish(end, step: status.step, at: status.updated)
    return sessions
  }
}
