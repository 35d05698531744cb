import Runs
import Testing

/// How far ranks are apart in what they take themselves.
struct RankSkewTests {
  @Test func ofNValuesInOrder() throws {
    let seconds = (1...40).reversed().map(Double.init)
    let hosts = (0..<40).map { "h\($0 / 4)" }
    let skew = try #require(RankSkew(seconds: seconds, hosts: hosts))
    #expect(skew.slowestRank == 0 && skew.slowestHost == "h0" && skew.slowest == 40)
    #expect(skew.median == 20 && skew.p95 == 38)
  }

  @Test func ofTwoTheLowerIsTheMedian() throws {
    let skew = try #require(RankSkew(seconds: [3, 5], hosts: ["a", "b"]))
    #expect(skew.slowestRank == 1 && skew.slowestHost == "b" && skew.slowest == 5)
    #expect(skew.median == 3 && skew.p95 == 5)
  }

  @Test func equalRanksNameTheFirst() throws {
    let skew = try #require(RankSkew(seconds: [2, 2, 2], hosts: ["a", "b", "c"]))
    #expect(skew.slowestRank == 0 && skew.median == 2 && skew.p95 == 2)
  }

  @Test func oneRankHasNone() {
    #expect(RankSkew(seconds: [2], hosts: ["a"]) == nil)
  }
}
