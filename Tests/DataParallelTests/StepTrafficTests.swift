import Collectives
import DataParallel
import Tensors
import TestSupport
import Testing

/// What a step sends is what the closed forms say, message by message and byte by byte.
@Suite(.serialized)
struct StepTrafficTests {
  @Test(arguments: [true, false], [1, 4, 1024])
  func aStepCostsItsClosedForm(isSharded: Bool, bucketGranules: Int) throws {
    for (lanes, batches) in [(8, [40, 40]), (7, [97, 6, 1]), (13, [26, 12])] {
      var setup = StepSetup()
      setup.lanes = lanes
      setup.batches = batches
      setup.isSharded = isSharded
      setup.bucketGranules = bucketGranules
      for ranks in [1, 2, 3, 5, lanes] {
        let plan = setup.plan(ranks: ranks)
        let forms = TrafficForms(ranks: ranks)
        for (rank, outcome) in try outcomes(setup, ranks: ranks).enumerated() {
          for (step, sent) in outcome.sent.enumerated() {
            let form = forms.step(
              plan,
              rank: rank,
              present: min(lanes, batches[step]),
              recordWidth: setup.recordWidth,
              sums: []
            )
            let place = "rank \(rank) of \(ranks), \(lanes) lanes, batch \(batches[step])"
            #expect(sent.messages == form.messages, "\(place)")
            #expect(sent.bytes == form.bytes, "\(place)")
          }
        }
      }
    }
  }

  @Test(arguments: [1, 2, 3, 8], [1, 2, 4, 8])
  func aSumOverLanesCostsItsClosedForm(ranks: Int, lanesPerGroup: Int) throws {
    let plan = ReductionPlan(lanes: 8, ranks: ranks, elements: 1, bucketGranules: 1)
    let width = 33
    let sent = try ThreadWorld.run(ranks: ranks) { c in
      let held = plan.heldLanes[c.rank]
      let batch = BatchLayout(lanes: 8, held: held, fullBatch: 8)
      let sums = LaneSums(
        c,
        plan: plan,
        batch: batch,
        maximumWidth: width,
        lanesPerGroup: [lanesPerGroup],
        team: threadTeam(size: 1)
      )
      var records = Array(repeating: 1.0, count: width * held.count)
      let before = c.traffic
      try records.withUnsafeMutableBufferPointer {
        try sums.total($0.baseAddress!, width: width, lanesPerGroup: lanesPerGroup, merge: .sum)
      }
      return c.traffic - before
    }
    let forms = TrafficForms(ranks: ranks)
    let blocks = forms.laneSumBlocks(plan, width: width, lanesPerGroup: lanesPerGroup)
    for rank in 0..<ranks {
      let form = forms.allGather(rank: rank, blocks: blocks)
      #expect(sent[rank].messages == form.messages && sent[rank].bytes == form.bytes)
    }
  }

  @Test(arguments: [2, 3, 5, 8], [2, 1024])
  func noRankEverReceivesMoreThanASlice(ranks: Int, bucketGranules: Int) throws {
    var setup = StepSetup()
    setup.bucketGranules = bucketGranules
    let plan = setup.plan(ranks: ranks)
    let slice = 4 * (plan.slices.joined().map(\.count).max() ?? 0)
    let totals = TrafficForms(ranks: ranks).totalsBlocks(plan, recordWidth: setup.recordWidth)
    let bound = max(slice, totals.reduce(0, +))
    // Otherwise the bound would say nothing.
    #expect(bound < 4 * plan.elements)
    for outcome in try outcomes(setup, ranks: ranks) {
      #expect(outcome.largestReceived <= bound && outcome.largestReceived > 0)
    }
  }
}
