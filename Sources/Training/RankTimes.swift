import Runs

/// Adds up what each rank does itself of the steps of a row of metrics.
///
/// It is no part of a run's progress: a run that goes on may have other ranks, and its next row
/// tells of the steps since.
struct RankTimes {
  private let hosts: [String]
  private var nanoseconds: [Int]
  private var steps = 0

  /// No steps, of ranks on these hosts.
  init(hosts: [String]) {
    self.hosts = hosts
    nanoseconds = Array(repeating: 0, count: hosts.count)
  }

  /// Adds a step, of which `own` says what a rank took; allocates nothing.
  mutating func add(_ own: (_ rank: Int) -> Int) {
    for rank in nanoseconds.indices { nanoseconds[rank] += own(rank) }
    steps += 1
  }

  /// Forgets them.
  mutating func clear() {
    for rank in nanoseconds.indices { nanoseconds[rank] = 0 }
    steps = 0
  }

  /// What they come to; nil without steps, and where there is one rank.
  var skew: RankSkew? {
    guard steps > 0 else { return nil }
    return RankSkew(seconds: nanoseconds.map { Double($0) / Double(steps) / 1e9 }, hosts: hosts)
  }
}
