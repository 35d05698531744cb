import Collectives
import Synchronization
import Tensors
import Testing

/// A rank that ends early ends the others, whatever they wait for.
@Suite(.serialized)
struct LostRankTests {
  private struct Mishap: Error {}

  enum Operation: CaseIterable {
    case barrier, broadcast, allGather, reduce, gather
  }

  @Test(arguments: Operation.allCases)
  func othersThrowInsteadOfWaiting(operation: Operation) throws {
    let failures = Mutex<[Failure]>([])
    #expect(throws: Mishap.self) {
      try ThreadWorld.run(ranks: 5) { c in
        if c.rank == 3 { throw Mishap() }
        do {
          // Twice, because the first one may end without the lost rank.
          for _ in 0..<2 { try run(operation, c) }
        } catch let failure as Failure {
          failures.withLock { $0.append(failure) }
          throw failure
        }
      }
    }
    let caught = failures.withLock { $0 }
    #expect(!caught.isEmpty)
    #expect(caught.allSatisfy { $0.kind == .launch && $0.message.contains("Rank 3 was lost") })
  }

  @Test func abortEndsTheWorldWithItsCode() throws {
    let failure = #expect(throws: Failure.self) {
      try ThreadWorld.run(ranks: 4) { c in
        if c.rank == 2 { c.abort(70) }
        try c.barrier()
      }
    }
    #expect(failure?.kind == .diverged)
    #expect(failure?.message == "Rank 2 ended the job with exit code 70.")
  }

  /// How the rank of a part ends.
  enum End: CaseIterable {
    case error, abort
  }

  @Test(arguments: End.allCases)
  func anEndInOnePartEndsTheOthers(end: End) throws {
    let ended = Atomic(0)
    let error = #expect(throws: (any Error).self) {
      try ThreadWorld.run(ranks: 5) { c in
        do {
          let part = try c.split(color: c.rank % 2, key: -c.rank)
          if c.rank == 3 && end == .error { throw Mishap() }
          if c.rank == 3 { part.abort(70) }
          while true { try part.barrier() }
        } catch let failure as Failure {
          ended.add(1, ordering: .sequentiallyConsistent)
          throw failure
        }
      }
    }
    #expect(ended.load(ordering: .sequentiallyConsistent) == 4)
    switch end {
    case .error: #expect(error is Mishap)
    case .abort: #expect((error as? Failure)?.message == "Rank 3 ended the job with exit code 70.")
    }
  }

  @Test func aMessageUnderWayIsTakenBack() throws {
    // Rank 0 throws with its sends posted and its buffers about to go; the others must not read
    // them.
    #expect(throws: Mishap.self) {
      try ThreadWorld.run(ranks: 4) { c in
        for _ in 0..<20 { try c.barrier() }
        let (exchange, _) = try makeExchange(c)
        try exchange.startReduce(0, present: 8)
        if c.rank == 0 { throw Mishap() }
        try exchange.finishReduce(0)
        try c.barrier()
      }
    }
  }

  private func run(_ operation: Operation, _ c: any Communicator) throws {
    switch operation {
    case .barrier: try c.barrier()
    case .broadcast:
      var bytes = [UInt8](repeating: 0, count: 100_000)
      try bytes.withUnsafeMutableBytes { try c.broadcast($0, root: 3) }
    case .allGather: _ = try c.allGather([c.rank])
    case .reduce:
      let (exchange, _) = try makeExchange(c)
      try exchange.startReduce(0, present: 8)
      while true {
        try exchange.progress()
        try exchange.finishReduce(0)
        try exchange.startReduce(0, present: 8)
      }
    case .gather:
      let (exchange, buffer) = try makeExchange(c)
      try exchange.startGather(0, of: buffer)
      try exchange.finishGather(0)
    }
  }

  private func makeExchange(
    _ c: any Communicator
  ) throws -> (any BucketExchange, FloatBuffer) {
    let plan = ReductionPlan(lanes: 8, ranks: c.size, elements: 100_000, bucketGranules: 1000)
    let gradients = try plan.partials[c.rank].map { _ in try c.allocate(floats: plan.elements) }
    return (try c.exchange(plan, gradients: gradients), gradients[0])
  }
}
