import Collectives
import DataParallel
import Tensors
import TestSupport
import Testing

/// After phase (b) every rank knows the same totals, with the serial tree's bits.
@Suite(.serialized)
struct StepTotalsTests {
  @Test(arguments: [1, 7, 1024], [8, 13])
  func totalsHaveTheBitsOfTheSerialTree(bucketGranules: Int, lanes: Int) throws {
    var setup = StepSetup()
    setup.lanes = lanes
    setup.bucketGranules = bucketGranules
    setup.batches = [40, 40, 5, 1]
    let expected = setup.batches.indices.map { serial(setup, step: $0) }
    for ranks in [1, 2, 3, 5, 8] {
      for (rank, outcome) in try outcomes(setup, ranks: ranks).enumerated() {
        let place = "rank \(rank) of \(ranks)"
        #expect(outcome.records == expected.map(\.record), "\(place)")
        #expect(outcome.squares == expected.map(\.squares), "\(place)")
      }
    }
  }

  /// The lanes' records and the squares of the summed gradient, added up in one place.
  private func serial(_ setup: StepSetup, step: Int) -> (record: [UInt64], squares: UInt64) {
    let present = min(setup.lanes, setup.batches[step])
    let records = (0..<present).map { setup.record(step: step, lane: $0) }
    let gradient = levelByLevelSum(Array(setup.rows(step: step).prefix(present)))
    let granules = stride(from: 0, to: gradient.count, by: Granules.size).map { start in
      let granule = Array(gradient[start..<min(start + Granules.size, gradient.count)])
      return [Granules.sumOfSquares(granule, count: granule.count)]
    }
    return (
      canonicalTotal(records, .sum).map(\.bitPattern),
      canonicalTotal(granules, .sum)[0].bitPattern
    )
  }

  /// Each rank's words reach all: flags OR-ed, the last saved step the least, every rank's time; for
  /// one step each.
  @Test(arguments: [1, 2, 3, 5, 8])
  func aRanksWordsReachAll(ranks: Int) throws {
    let own = (0..<ranks).map { rank -> StepFlags in
      switch rank % 3 {
      case 0: [.readFailed]
      case 1: []
      default: [.stop, .timeIsUp]
      }
    }
    let all = own.reduce(into: StepFlags()) { $0.formUnion($1) }
    let seen = try ThreadWorld.run(ranks: ranks) { c in
      let totals = emptyTotals(c)
      var records = Array(repeating: 1.0, count: 2 * 8)
      return try [own[c.rank], []].map { flags in
        try records.withUnsafeMutableBufferPointer {
          try totals.gather(
            records: $0.baseAddress!,
            flags: flags,
            lastSaved: 70 - c.rank,
            nanoseconds: 1000 + c.rank
          )
        }
        let times = (0..<ranks).map { totals.nanoseconds(of: $0) }
        return [Int(totals.flags.rawValue), totals.lastSaved] + times
      }
    }
    let least = 70 - (ranks - 1)
    let times = (0..<ranks).map { 1000 + $0 }
    for rank in seen {
      #expect(rank == [[Int(all.rawValue), least] + times, [0, least] + times])
    }
  }

  /// Totals of eight samples whose sums over elements are 0.
  private func emptyTotals(_ c: any Communicator) -> StepTotals {
    let plan = ReductionPlan(lanes: 8, ranks: c.size, elements: 3000, bucketGranules: 2)
    let totals = StepTotals(
      c,
      plan: plan,
      batch: BatchLayout(lanes: 8, held: plan.heldLanes[c.rank], fullBatch: 8),
      recordWidth: 2,
      sums: ElementSums.Layout(penalizes: false, ruleSums: 0),
      team: threadTeam(size: 1)
    )
    totals.granuleSums = { _, _, sums in sums[0] = 0 }
    return totals
  }

  @Test(arguments: [1, 2, 3])
  func oneNaNReachesEveryRank(ranks: Int) throws {
    let squares = try ThreadWorld.run(ranks: ranks) { c in
      let plan = ReductionPlan(lanes: 4, ranks: ranks, elements: 5000, bucketGranules: 2)
      let batch = BatchLayout(lanes: 4, held: plan.heldLanes[c.rank], fullBatch: 4)
      let totals = StepTotals(
        c,
        plan: plan,
        batch: batch,
        recordWidth: 2,
        sums: ElementSums.Layout(penalizes: false, ruleSums: 0),
        team: threadTeam(size: 2)
      )
      let gradient = FloatBuffer(count: 5000)
      totals.granuleSums = { elements, _, sums in
        let start = gradient.base + elements.lowerBound
        sums[0] = Granules.sumOfSquares(start, count: elements.count)
      }
      // Only its owner looks at an element.
      if plan.slices.contains(where: { $0[c.rank].contains(4444) }) { gradient.base[4444] = .nan }
      var records = Array(repeating: 1.0, count: 2 * batch.held.count)
      try records.withUnsafeMutableBufferPointer {
        try totals.gather(records: $0.baseAddress!)
      }
      return totals.elementSums.squaredGradient
    }
    let missed = squares.filter { !$0.isNaN }
    #expect(missed.isEmpty)
  }
}
