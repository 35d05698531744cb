extension RunRecord {
  /// The sessions of the run in a folder, the last of them closed as status.json has it; none where
  /// there is no run.
  public static func sessions(in run: String) -> [RunSession] {
    struct Record: Decodable { let sessions: [RunSession]? }
    let record = try? JSONFile.read(Record.self, from: "\(run)/\(name)")
    var sessions = record?.sessions ?? []
    guard let last = sessions.indices.last, sessions[last].end == nil,
      let status = try? JSONFile.read(RunStatus.self, from: "\(run)/\(RunStatus.name)")
    else { return sessions }
    let end = status.state == .running ? "killed" : status.state.rawValue
    sessions[last].finish(end, step: status.step, at: status.updated)
    return sessions
  }
}
