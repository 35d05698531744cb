import Collectives
import Glibc
import Plans
import Tensors

/// How far the clocks of hosts are apart: times in metrics, and of files, then mislead.
package enum ClockSkew {
  /// Seconds that clocks may be apart without a word.
  package static let allowed = 3.0

  /// Seconds since 1970 by this host's clock.
  package static var hostTime: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Seconds by which the clock of each rank is ahead of rank 0's; every rank calls it, each with
  /// its own clock.
  ///
  /// Ranks leave a barrier at about the same time; of three such looks the closest counts. Throws
  /// `Failure` (.launch) when a rank is lost.
  package static func seconds(
    _ communicator: any Communicator,
    now: () -> Double = { hostTime }
  ) throws -> [Double] {
    var closest = [Double](repeating: .infinity, count: communicator.size)
    for _ in 0..<3 {
      try communicator.barrier()
      let times = try communicator.allGather([now()]).map { $0[0] }
      for (rank, time) in times.enumerated() where abs(time - times[0]) < abs(closest[rank]) {
        closest[rank] = time - times[0]
      }
    }
    return closest
  }

  /// A sentence where clocks are too far apart; nil else.
  package static func warning(_ seconds: [Double], hosts: [String]) -> String? {
    var named: [String] = []
    var words: [String] = []
    for (rank, ahead) in seconds.enumerated() where abs(ahead) > allowed {
      if named.contains(hosts[rank]) { continue }
      named.append(hosts[rank])
      words.append(
        "\(hosts[rank]) is \(significant(abs(ahead))) s \(ahead > 0 ? "ahead" : "behind")"
      )
    }
    guard !words.isEmpty else { return nil }
    return "the clocks of hosts differ, so times in metrics and of files mislead: beside "
      + "\(hosts[0]), \(words.joined(separator: ", ")); chrony or another NTP service sets them."
  }
}
