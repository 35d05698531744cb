import Collectives
import DataParallel
import Tensors
import TestSupport
import Testing

/// Totals over groups of lanes have the serial tree's bits, wherever the lanes are.
@Suite(.serialized)
struct LaneSumsTests {
  @Test(arguments: [1, 2, 3, 5, 6, 8, 12, 13])
  func totalsHaveTheBitsOfTheSerialTree(lanes: Int) throws {
    for merge in [RecordMerge.sum, .moments] {
      for lanesPerGroup in (1...lanes) where lanes % lanesPerGroup == 0 {
        for present in Set([1, (lanes + 1) / 2, max(1, lanes - 1), lanes]) {
          let expected = serialTotals(lanes, lanesPerGroup, present, merge)
          for ranks in 1...lanes {
            let totals = try totals(lanes, lanesPerGroup, present, merge, ranks: ranks)
            let place = "\(present) of \(lanes) lanes by \(lanesPerGroup), \(ranks) ranks, \(merge)"
            #expect(totals == expected, "\(place)")
          }
        }
      }
    }
  }

  /// The total of its group for each present lane.
  private func serialTotals(
    _ lanes: Int,
    _ lanesPerGroup: Int,
    _ present: Int,
    _ merge: RecordMerge
  ) -> [[UInt64]] {
    (0..<present).map { lane in
      let first = lane / lanesPerGroup * lanesPerGroup
      let rows = (first..<min(first + lanesPerGroup, present)).map {
        laneRecord($0, width: 7, merge)
      }
      return canonicalTotal(rows, merge).map(\.bitPattern)
    }
  }

  private func totals(
    _ lanes: Int,
    _ lanesPerGroup: Int,
    _ present: Int,
    _ merge: RecordMerge,
    ranks: Int
  ) throws -> [[UInt64]] {
    let byRank = try ThreadWorld.run(ranks: ranks) { c in
      let plan = ReductionPlan(lanes: lanes, ranks: ranks, elements: 1, bucketGranules: 1)
      let held = plan.heldLanes[c.rank]
      let batch = BatchLayout(lanes: lanes, held: held, fullBatch: 2 * lanes)
      // One sample for each present lane, or two for some of them.
      batch.begin(samples: present < lanes ? present : lanes + 1)
      // Wider than needed and announced among others, as several layers share one object.
      let sums = LaneSums(
        c,
        plan: plan,
        batch: batch,
        maximumWidth: 9,
        lanesPerGroup: [lanes, lanesPerGroup, 1],
        team: threadTeam(size: 1)
      )
      var last: [[UInt64]] = []
      for round in 0..<2 {
        var records = held.flatMap { lane in
          lane < present ? laneRecord(lane, width: 7, merge) : Array(repeating: .nan, count: 7)
        }
        try records.withUnsafeMutableBufferPointer {
          try sums.total($0.baseAddress!, width: 7, lanesPerGroup: lanesPerGroup, merge: merge)
        }
        last = (0..<batch.localPresent).map { lane in
          records[lane * 7..<(lane + 1) * 7].map(\.bitPattern)
        }
        // Another width in between must leave nothing behind.
        if round == 0 {
          var others = Array(repeating: 1.5, count: 4 * held.count)
          try others.withUnsafeMutableBufferPointer {
            try sums.total($0.baseAddress!, width: 4, lanesPerGroup: lanes, merge: .sum)
          }
          let sum = 1.5 * Double(present)
          guard others.prefix(4 * batch.localPresent).allSatisfy({ $0 == sum }) else {
            throw ContractViolation("a total of ones and a half is not \(sum)")
          }
        }
      }
      return last
    }
    return byRank.flatMap { $0 }
  }

  @Test func mergedMomentsAreThoseOfAllValues() {
    // Lanes of different sizes, their values far from zero.
    let lanes = (0..<7).map { lane in
      (0..<3 + lane).map { 1000 + Double(unevenValue(3, lane, $0)) / 2048 }
    }
    let records = lanes.map { values in
      let mean = values.reduce(0, +) / Double(values.count)
      return [Double(values.count), mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }]
    }
    let total = canonicalTotal(records, .moments)
    let all = lanes.joined()
    let mean = all.reduce(0, +) / Double(all.count)
    let squares = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    #expect(total[0] == Double(all.count))
    #expect(abs(total[1] - mean) < 1e-15 * abs(mean) * 4)
    #expect(abs(total[2] - squares) < 1e-13 * squares)
  }
}
