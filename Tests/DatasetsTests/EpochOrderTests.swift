import Datasets
import Testing

struct EpochOrderTests {
  private func order(_ count: Int, seed: UInt64, epoch: Int) -> [Int] {
    let order = EpochOrder(count: count, seed: seed)
    order.prepare(epoch: epoch)
    return (0..<count).map { order[$0] }
  }

  @Test(arguments: [0, 1, 2, 3, 1000])
  func everyImageComesOnce(count: Int) {
    #expect(order(count, seed: 1, epoch: 0).sorted() == Array(0..<count))
    #expect(EpochOrder(count: count, seed: 1).count == count)
  }

  @Test func epochsAndSeedsDiffer() {
    let first = order(1000, seed: 1, epoch: 0)
    #expect(first != Array(0..<1000))
    #expect(first != order(1000, seed: 1, epoch: 1))
    #expect(first != order(1000, seed: 2, epoch: 0))
    #expect(first == order(1000, seed: 1, epoch: 0))
  }

  @Test func earlierEpochsLeaveNoTrace() {
    let order = EpochOrder(count: 100, seed: 9)
    for epoch in [0, 1, 2, 5] { order.prepare(epoch: epoch) }
    #expect((0..<100).map { order[$0] } == self.order(100, seed: 9, epoch: 5))
  }

  @Test func allOrdersAreEquallyLikely() {
    var counts: [[Int]: Int] = [:]
    for epoch in 0..<6000 { counts[order(3, seed: 4, epoch: epoch), default: 0] += 1 }
    #expect(counts.count == 6)
    // 1000 expected; five standard deviations are 144.
    for (order, count) in counts { #expect(abs(count - 1000) < 144, "\(order)") }
  }
}
