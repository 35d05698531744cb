/// How far ranks are apart in what they do themselves of a step, in the mean over some steps: all
/// take as long as the slowest, but wait for it for the rest.
public struct RankSkew: Sendable, Equatable {
  /// The rank that took longest, the lowest of several.
  public let slowestRank: Int
  /// Its host.
  public let slowestHost: String
  /// Seconds of a step that it took itself.
  public let slowest: Double
  /// The median over ranks.
  public let median: Double
  /// What 95 % of the ranks did not exceed.
  public let p95: Double

  /// Of these seconds a step by rank, on these hosts; nil where there is one rank.
  ///
  /// Of n values in order, the median and `p95` are those numbered ⌈n/2⌉ and ⌈0.95·n⌉ from 1.
  package init?(seconds: [Double], hosts: [String]) {
    guard seconds.count > 1, let most = seconds.max(), let rank = seconds.firstIndex(of: most)
    else {
      return nil
    }
    let sorted = seconds.sorted()
    (slowestRank, slowestHost, slowest) = (rank, hosts[rank], most)
    median = sorted[(sorted.count + 1) / 2 - 1]
    p95 = sorted[(19 * sorted.count + 19) / 20 - 1]
  }

  init(slowestRank: Int, slowestHost: String, slowest: Double, median: Double, p95: Double) {
    (self.slowestRank, self.slowestHost) = (slowestRank, slowestHost)
    (self.slowest, self.median, self.p95) = (slowest, median, p95)
  }
}
