import Collectives
import Tensors
import TestSupport
import Testing

/// The plan is a partition in every direction, and partial sums make up the canonical sum.
struct ReductionPlanTests {
  @Test func partialsAddUpToTheCanonicalSum() {
    for lanes in 1...64 {
      let rows = (0..<lanes).map { lane in (0..<8).map { unevenValue(lanes, lane, $0) } }
      for present in Set([1, (lanes + 1) / 2, max(1, lanes - 1), lanes]) {
        let expected = levelByLevelSum(Array(rows.prefix(present))).map(\.bitPattern)
        #expect(recursiveSum(rows.prefix(present)).map(\.bitPattern) == expected)
        for ranks in 1...lanes {
          let plan = ReductionPlan(lanes: lanes, ranks: ranks, elements: 8, bucketGranules: 1)
          let sum = partialSum(plan, rows, present)
          #expect(sum.map(\.bitPattern) == expected, "\(present) of \(lanes) lanes, \(ranks) ranks")
        }
      }
    }
  }

  private func partialSum(_ plan: ReductionPlan, _ rows: [[Float]], _ present: Int) -> [Float] {
    let nodes = plan.partials.flatMap { $0 }
    var sums = nodes.map { node in
      let held = rows[node].prefix(max(0, present - node.lowerBound))
      return held.isEmpty ? Array(repeating: .nan, count: 8) : recursiveSum(held)
    }
    let total = CanonicalTree(leaves: plan.lanes).sum(nodes, present: present) { into, from in
      for i in 0..<8 { sums[into][i] += sums[from][i] }
    }
    return total.map { sums[$0] } ?? []
  }

  @Test func orderMattersForTheseValues() {
    let rows = (0..<7).map { lane in (0..<8).map { unevenValue(7, lane, $0) } }
    let serial = (0..<8).map { i in rows.dropFirst().reduce(rows[0][i]) { $0 + $1[i] } }
    #expect(serial != levelByLevelSum(rows))
  }

  @Test func lanesAndPartialsTile() {
    for lanes in 1...64 {
      for ranks in 1...lanes {
        let plan = ReductionPlan(lanes: lanes, ranks: ranks, elements: 1, bucketGranules: 1)
        #expect(plan.ranks == ranks)
        #expect(tiles(plan.heldLanes, 0..<lanes))
        let counts = plan.heldLanes.map(\.count)
        #expect(counts == counts.sorted(by: >) && counts[0] - counts[ranks - 1] <= 1)
        for (held, nodes) in zip(plan.heldLanes, plan.partials) { #expect(tiles(nodes, held)) }
      }
    }
  }

  @Test(arguments: [1, 2, 3, 7, 64, 500])
  func bucketsAndSlicesTileInWholeGranules(ranks: Int) {
    for elements in [1, 1023, 1024, 1025, 5000, 100 * 1024, 200_017] {
      for bucketGranules in [1, 2, 5, 1000] {
        let plan = ReductionPlan(
          lanes: ranks,
          ranks: ranks,
          elements: elements,
          bucketGranules: bucketGranules
        )
        #expect(tiles(plan.buckets, 0..<elements))
        #expect(plan.buckets.allSatisfy { $0.count <= bucketGranules * Granules.size })
        for (bucket, slices) in zip(plan.buckets, plan.slices) {
          #expect(slices.count == ranks && tiles(slices, bucket))
          let cuts = slices.map(\.lowerBound).filter { $0 < elements }
          #expect(cuts.allSatisfy { $0 % Granules.size == 0 })
          let granules = slices.map { Granules.count($0.count) }
          #expect(granules[0] - granules[ranks - 1] <= 1)
        }
        let owned = (0..<ranks).reduce(0) { $0 + plan.ownedElements($1) }
        #expect(owned == elements)
      }
    }
  }

  /// Whether the parts follow one another without gaps from the beginning of `whole` to its end.
  private func tiles(_ parts: [Range<Int>], _ whole: Range<Int>) -> Bool {
    let starts = [whole.lowerBound] + parts.map(\.upperBound)
    return zip(starts, parts).allSatisfy { $0 == $1.lowerBound } && starts.last == whole.upperBound
  }
}
