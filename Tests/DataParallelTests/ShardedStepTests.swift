import Collectives
import DataParallel
import Optimizers
import Tensors
import TestSupport
import Testing

/// A step cut over ranks has the bits of the step of one rank, and no rank keeps more than its
/// part.
@Suite(.serialized)
struct ShardedStepTests {
  @Test(arguments: [true, false], [1, 3, 1024])
  func ranksDoNotChangeTheBits(isSharded: Bool, bucketGranules: Int) throws {
    for rule in [
      AdamW(AdamConstants(epsilon: 1e-3)), SGD(MomentumConstants(factor: 0.9)),
    ] as [any UpdateRule] {
      var setup = StepSetup()
      setup.rule = rule
      let alone = try outcomes(setup, ranks: 1)[0].parameters
      setup.isSharded = isSharded
      setup.bucketGranules = bucketGranules
      for ranks in [1, 2, 3, 5, 8] {
        for (rank, outcome) in try outcomes(setup, ranks: ranks).enumerated() {
          let place = "\(rule.name), rank \(rank) of \(ranks)"
          #expect(differences(outcome.parameters, alone) == 0, "\(place)")
        }
      }
    }
  }

  @Test(arguments: [(7, [97, 97, 6]), (5, [5, 5, 1]), (16, [64, 63, 17, 2])])
  func shortBatchesDoNotChangeTheBits(lanes: Int, batches: [Int]) throws {
    var setup = StepSetup()
    (setup.lanes, setup.batches) = (lanes, batches)
    setup.bucketGranules = 5
    let alone = try outcomes(setup, ranks: 1)[0].parameters
    for ranks in [2, 3, lanes - 1, lanes] {
      for outcome in try outcomes(setup, ranks: ranks) {
        #expect(differences(outcome.parameters, alone) == 0, "\(ranks) ranks")
      }
    }
  }

  @Test(arguments: [true, false])
  func moreRanksThanGranules(isSharded: Bool) throws {
    var setup = StepSetup()
    setup.tensors = [100, 1000, 900]
    setup.isSharded = isSharded
    let alone = try outcomes(setup, ranks: 1)[0].parameters
    let all = try outcomes(setup, ranks: 8)
    #expect(all.map { differences($0.parameters, alone) } == Array(repeating: 0, count: 8))
    // Two granules: the ranks from the third on own nothing.
    if isSharded { #expect(all.map(\.stateElements) == [1024, 1008, 0, 0, 0, 0, 0, 0]) }
  }

  @Test func lanesDoChangeTheBits() throws {
    var setup = StepSetup()
    let eight = try outcomes(setup, ranks: 1)[0].parameters
    setup.lanes = 4
    #expect(try differences(outcomes(setup, ranks: 1)[0].parameters, eight) > 0)
  }

  @Test(arguments: [1, 4, 1024])
  func aRankKeepsStateForItsSlicesOnly(bucketGranules: Int) throws {
    for rule in [
      AdamW(AdamConstants(epsilon: 1e-3)), SGD(MomentumConstants(factor: 0.9)),
    ] as [any UpdateRule] {
      var setup = StepSetup()
      (setup.rule, setup.bucketGranules) = (rule, bucketGranules)
      let elements = setup.layout.trainable.count
      let whole = elements * 4 * rule.state.count
      for ranks in [1, 2, 3, 5, 8] {
        let plan = setup.plan(ranks: ranks)
        setup.isSharded = true
        let parts = try outcomes(setup, ranks: ranks).map(\.stateBytes)
        #expect(parts == (0..<ranks).map { plan.ownedElements($0) * 4 * rule.state.count })
        #expect(parts.reduce(0, +) == whole)
        setup.isSharded = false
        let wholes = try outcomes(setup, ranks: ranks).map(\.stateBytes)
        #expect(wholes == Array(repeating: whole, count: ranks))
      }
    }
  }

  @Test func withoutShardingEveryRankHasTheWholeGradient() throws {
    var setup = StepSetup()
    setup.isSharded = false
    setup.bucketGranules = 4
    let rows = setup.rows(step: setup.batches.count - 1)
    let sum = levelByLevelSum(rows).map(\.bitPattern)
    for outcome in try outcomes(setup, ranks: 3) {
      #expect(differences(outcome.gradient, sum) == 0)
    }
    // With it nobody has: what lies outside a rank's slices is its own partial sum.
    setup.isSharded = true
    for outcome in try outcomes(setup, ranks: 3) {
      #expect(differences(outcome.gradient, sum) > 0)
    }
  }
}
