import Collectives
import Synchronization
import Tensors
import TestSupport
import Testing

/// Every implementation that needs no launcher keeps the contract.
@Suite(.serialized)
struct CommunicatorTests {
  @Test func aloneTheContractIsKept() throws {
    try checkCommunicator(SoloCommunicator())
  }

  @Test(arguments: [1, 2, 3, 5, 8, 16, 64])
  func threadsKeepTheContract(ranks: Int) throws {
    _ = try ThreadWorld.run(ranks: ranks) { try checkCommunicator($0) }
  }

  @Test func blocksCutIntoMessagesKeepTheContract() throws {
    _ = try ThreadWorld.run(ranks: 3, largestMessage: 1000) {
      try checkCommunicator($0, largestMessage: 1000)
    }
  }

  @Test func hundredsOfRanksRunOnAFewCores() throws {
    let ranks = try ThreadWorld.run(ranks: 512) { c in
      try c.barrier()
      let plan = ReductionPlan(lanes: 512, ranks: 512, elements: 4096, bucketGranules: 4)
      let gradient = try c.allocate(floats: plan.elements)
      gradient.elements.update(repeating: Float(c.rank))
      let exchange = try c.exchange(plan, gradients: [gradient])
      try exchange.startReduce(0, present: 512)
      try exchange.finishReduce(0)
      try exchange.startGather(0, of: gradient)
      try exchange.finishGather(0)
      try c.barrier()
      return gradient.elements.allSatisfy { $0 == 512 * 511 / 2 } ? c.rank : -1
    }
    #expect(ranks == Array(0..<512))
  }

  @Test func nobodyLeavesABarrierEarly() throws {
    let arrived = Atomic(0)
    let seen = try ThreadWorld.run(ranks: 6) { c in
      try (1...50).map { round in
        arrived.add(1, ordering: .sequentiallyConsistent)
        try c.barrier()
        let count = arrived.load(ordering: .sequentiallyConsistent)
        try c.barrier()
        return count == 6 * round
      }
    }
    #expect(seen.joined().allSatisfy { $0 })
  }

  @Test func aWorldIsEmptiedInRankOrder() throws {
    #expect(try ThreadWorld.run(ranks: 9) { $0.rank } == Array(0..<9))
  }
}
