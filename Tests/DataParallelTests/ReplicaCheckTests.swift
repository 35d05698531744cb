import Collectives
import DataParallel
import Tensors
import Testing

/// Replicas that differ in one bit are found, on every rank alike.
struct ReplicaCheckTests {
  @Test(arguments: [1, 2, 5])
  func equalReplicasHaveOneDigest(ranks: Int) throws {
    let digests = try ThreadWorld.run(ranks: ranks) { c in
      let parameters = FloatBuffer(count: 1000)
      for i in 0..<1000 { parameters.base[i] = Float(i) / 7 }
      return try checkReplicas(parameters, c)
    }
    #expect(Set(digests).count == 1)
  }

  @Test(arguments: [0, 1, 2, 3], [0, 500, 999])
  func theRankAndHostThatDifferAreNamed(culprit: Int, element: Int) throws {
    let failures = try ThreadWorld.run(ranks: 4) { c -> (Failure?, [String]) in
      let parameters = FloatBuffer(count: 1000)
      for i in 0..<1000 { parameters.base[i] = Float(i) / 7 }
      if c.rank == culprit { parameters.base[element] = parameters.base[element].nextUp }
      do {
        try checkReplicas(parameters, c)
        return (nil, c.hosts)
      } catch let failure as Failure {
        return (failure, c.hosts)
      }
    }
    // With rank 0 alone against the others, the first other one is named, and rank 0 with it.
    let named = culprit == 0 ? 1 : culprit
    for (failure, hosts) in failures {
      let failure = try #require(failure)
      #expect(failure.kind == .launch)
      #expect(failure.message.hasPrefix("rank \(named) on \(hosts[named]) holds other parameters"))
      #expect(failure.message.contains("than rank 0 on \(hosts[0])"))
      #expect(failure.message == failures[0].0?.message)
    }
  }
}
