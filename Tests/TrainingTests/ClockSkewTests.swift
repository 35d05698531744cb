import Collectives
import Testing
import TestSupport
import Training

/// Hosts whose clocks differ are named.
struct ClockSkewTests {
  @Test func clocksAreComparedWithRankZeros() throws {
    let ahead = [7.0, 7.5, 40, -1000]
    let seen = try ThreadWorld.run(ranks: 4) { c in
      try ClockSkew.seconds(c) { ClockSkew.hostTime + ahead[c.rank] }
    }
    for skew in seen {
      for (rank, seconds) in skew.enumerated() {
        #expect(abs(seconds - (ahead[rank] - 7)) < 1, "rank \(rank)")
      }
    }
    let warning = try #require(ClockSkew.warning(seen[0], hosts: ["h1", "h1", "h2", "h3"]))
    #expect(warning.contains("beside h1, h2 is 33"), "\(warning)")
    #expect(warning.contains(" s ahead, h3 is 10") && warning.contains(" s behind; "), "\(warning)")
  }

  @Test func aHostIsNamedOnceAndAFewSecondsAreNone() {
    #expect(ClockSkew.warning([0, 2.9, -2.9], hosts: ["a", "b", "c"]) == nil)
    let warning = ClockSkew.warning([0, 5, 5], hosts: ["a", "b", "b"]) ?? ""
    #expect(warning.contains("beside a, b is 5 s ahead; "), "\(warning)")
  }
}
