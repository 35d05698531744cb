import Collectives

/// How many messages and bytes each operation costs a rank, as arithmetic from its definition.
///
/// `largestReceived` stays 0. A block of more than `largestMessage` bytes is several messages, an
/// empty one none.
public struct TrafficForms: Sendable {
  /// R.
  public let ranks: Int
  /// Bytes of the largest message.
  public let largestMessage: Int

  /// The costs among `ranks` ranks.
  public init(ranks: Int, largestMessage: Int = 1 << 29) {
    self.ranks = ranks
    self.largestMessage = largestMessage
  }

  /// ⌈log₂ R⌉ messages of no bytes.
  public func barrier() -> Traffic { cost(messages: rounds.count, bytes: 0) }

  /// The place p = (rank − root) mod R sends to p + 2^k in every round k with 2^k > p, as far as
  /// that exists.
  public func broadcast(rank: Int, root: Int, bytes: Int) -> Traffic {
    let place = (rank - root + ranks) % ranks
    let children = rounds.filter { $0 > place && place + $0 < ranks }.count
    return cost(messages: children * messages(bytes), bytes: children * bytes)
  }

  /// In the round of distance d a rank sends min(d, R − d) blocks from its own on, cut where the
  /// ranks wrap around.
  public func allGather(rank: Int, blocks: [Int]) -> Traffic {
    rounds.reduce(Traffic()) { total, distance in
      let sent = rank..<rank + min(distance, ranks - distance)
      let straight = sent.filter { $0 < ranks }.reduce(0) { $0 + blocks[$1] }
      let wrapped = sent.filter { $0 >= ranks }.reduce(0) { $0 + blocks[$1 - ranks] }
      let count = messages(straight) + messages(wrapped)
      return total + cost(messages: count, bytes: straight + wrapped)
    }
  }

  /// The lengths as integers of 8 bytes, then the texts.
  public func allGather(rank: Int, texts: [String]) -> Traffic {
    allGather(rank: rank, blocks: texts.map { _ in 8 })
      + allGather(rank: rank, blocks: texts.map(\.utf8.count))
  }

  /// Each present partial sends to every other rank that rank's slice of the bucket.
  public func reduceScatter(
    _ plan: ReductionPlan,
    bucket: Int,
    rank: Int,
    present: Int
  ) -> Traffic {
    let partials = plan.partials[rank].filter { $0.lowerBound < present }.count
    let slices = plan.slices[bucket].map(\.count)
    let count = slices.indices.filter { $0 != rank }.reduce(0) { $0 + messages(4 * slices[$1]) }
    let bytes = 4 * (plan.buckets[bucket].count - slices[rank])
    return cost(messages: partials * count, bytes: partials * bytes)
  }

  /// A rank sends its slice of the bucket to every other rank.
  public func gather(_ plan: ReductionPlan, bucket: Int, rank: Int) -> Traffic {
    let bytes = 4 * plan.slices[bucket][rank].count
    return cost(messages: (ranks - 1) * messages(bytes), bytes: (ranks - 1) * bytes)
  }

  /// The distances 1, 2, 4, … below R.
  private var rounds: [Int] { (0..<62).map { 1 << $0 }.filter { $0 < ranks } }

  private func messages(_ bytes: Int) -> Int { (bytes + largestMessage - 1) / largestMessage }

  private func cost(messages: Int, bytes: Int) -> Traffic {
    var cost = Traffic()
    cost.messages = messages
    cost.bytes = bytes
    return cost
  }
}

/// Both costs together.
func + (a: Traffic, b: Traffic) -> Traffic {
  var sum = a
  sum.messages += b.messages
  sum.bytes += b.bytes
  return sum
}
