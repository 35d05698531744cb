import Tensors

/// The parts of a step outside the network, as a recorder of the team knows them: their labels are
/// negative.
public enum StepPart: Int, CaseIterable, Sendable {
  /// All of a step, the other parts included.
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

  /// What a profile calls it.
  public var name: String { "\(self)" }

  /// Does the part, noting its time where the team has a recorder.
  public func measure<T>(_ team: ThreadTeam, _ body: () throws -> T) rethrows -> T {
    guard let recorder = team.recorder else { return try body() }
    return try recorder.measure(rawValue, body)
  }
}
