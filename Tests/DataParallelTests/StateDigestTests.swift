import Checkpoints
import Collectives
import DataParallel
import Optimizers
import Tensors
import TestSupport
import Testing

/// The digest is what its definition says, whoever owns the state, and every bit of it counts.
@Suite(.serialized)
struct StateDigestTests {
  private func setup(_ name: String) throws -> StepSetup {
    let row = try UpdateRuleCatalog.row(name)
    var setup = StepSetup()
    var constants = row.constants(.paper)
    constants.amsgrad = row.takes.contains(.amsgrad)
    constants.tolerance = 1
    constants.initialAccumulator = 0.1
    setup.rule = row.rule(constants, .paper)
    setup.hashes = true
    return setup
  }

  /// XXH64 of granules, neighbours hashed together level by level, from the pieces of all ranks.
  private func reference(_ setup: StepSetup, _ all: [StepOutcome]) throws -> UInt64 {
    let layout = setup.layout
    let names =
      [HeldArray.parameters] + setup.rule.state.map(\.name) + [HeldArray.average]
    let arrays = try names.map { name in
      var values = [UInt32?](repeating: nil, count: layout.count)
      for piece in all.flatMap(\.state) where piece.array == name {
        let first = (layout[piece.tensor]?.range.lowerBound ?? 0) + piece.elements.lowerBound
        try piece.withValues { for (i, x) in $0.enumerated() { values[first + i] = x.bitPattern } }
      }
      return values
    }
    func hash(_ range: Range<Int>, _ arrays: [[UInt32?]]) -> UInt64 {
      arrays.reduce(0) { hash, values in
        // What lies between gaps is one piece.
        values[range].split(separator: nil).reduce(hash) { hash, run in
          run.compactMap { $0 }.withUnsafeBytes { XXH64.hash($0, seed: hash) }
        }
      }
    }
    var level = stride(from: 0, to: layout.trainable.count, by: 1024).map {
      hash($0..<min($0 + 1024, layout.trainable.count), arrays)
    }
    while level.count > 1 {
      level = stride(from: 0, to: level.count, by: 2).map { i in
        i + 1 < level.count ? XXH64.hash(of: SIMD2(level[i], level[i + 1])) : level[i]
      }
    }
    let statistics = hash(layout.statistics, [arrays[0], arrays[arrays.count - 1]])
    return XXH64.hash(of: SIMD2(level[0], XXH64.hash(of: all[0].memory, seed: statistics)))
  }

  @Test(arguments: UpdateRuleCatalog.rows.map(\.name))
  func ranksShardsAndBucketsDoNotChangeIt(name: String) throws {
    var setup = try setup(name)
    let alone = try outcomes(setup, ranks: 1)
    let digests = alone[0].digests
    #expect(Set(digests).count == setup.batches.count)
    #expect(try digests.last == reference(setup, alone))
    for (ranks, bucketGranules, isSharded) in [
      (2, 1024, true), (3, 1, true), (8, 4, true), (3, 5, false), (8, 1024, false),
    ] {
      (setup.bucketGranules, setup.isSharded) = (bucketGranules, isSharded)
      for (rank, outcome) in try outcomes(setup, ranks: ranks).enumerated() {
        #expect(outcome.digests == digests, "\(name), rank \(rank) of \(ranks)")
      }
    }
  }

  /// Granules with parts of several tensors, gaps inside and at their ends, and a short last one.
  @Test(arguments: [[1024, 1024], [3], [1023, 1, 1, 1025, 2047, 5], [16, 2032, 4096, 1]])
  func anyLayoutHasIt(tensors: [Int]) throws {
    var setup = try setup("adamw")
    setup.tensors = tensors
    let alone = try outcomes(setup, ranks: 1)
    #expect(try alone[0].digests.last == reference(setup, alone))
    for outcome in try outcomes(setup, ranks: 8) { #expect(outcome.digests == alone[0].digests) }
  }

  /// A run that goes on elsewhere begins with the digest of where it left.
  @Test(arguments: ["adagrad", "swats"])
  func everyBitOfAStateCounts(name: String) throws {
    var setup = try setup(name)
    setup.bucketGranules = 3
    let left = try outcomes(setup, ranks: 3)
    func digest(_ state: [StatePiece], _ memory: SIMD4<Double>) throws -> UInt64? {
      var again = setup
      again.resume = StepSetup.Resume(state: state, memory: memory, step: setup.batches.count)
      return try outcomes(again, ranks: 2)[0].digests.last
    }
    let (state, memory) = (left.flatMap(\.state), left[0].memory)
    var seen: Set = [try #require(left[0].digests.last)]
    #expect(try digest(state, memory) == seen.first)
    var flips = 0
    for (number, piece) in state.enumerated() {
      for element in Set([0, piece.elements.count - 1, piece.elements.count / 3]) {
        let copy = FloatBuffer(count: piece.elements.count)
        try piece.withValues { copy.base.update(from: $0.baseAddress!, count: $0.count) }
        let bits = copy.base[element].bitPattern ^ 1 << UInt32((7 * flips) % 32)
        copy.base[element] = Float(bitPattern: bits)
        var changed = state
        changed[number] = StatePiece(piece.array, piece.tensor, piece.elements, in: copy)
        seen.insert(try digest(changed, memory) ?? 0)
        flips += 1
      }
    }
    for place in 0..<4 {
      var other = memory
      other[place] = other[place].nextUp
      seen.insert(try digest(state, other) ?? 0)
    }
    #expect(flips > 60 && seen.count == 1 + flips + 4)
  }

  /// Every rank has the running statistics, and computes them by itself.
  @Test(arguments: [0, 2])
  func otherStatisticsOnARankAreFound(culprit: Int) throws {
    let refusals = try failures(ranks: 3) { c in
      let bench = try StepBench(c, try setup("sgd"))
      if c.rank == culprit { bench.spoilStatistic() }
      _ = try bench.run()
    }
    let named = culprit == 0 ? 1 : culprit
    for failure in refusals {
      #expect(failure?.kind == .launch)
      #expect(failure?.message.hasPrefix("rank \(named) on ") == true)
      #expect(failure?.message.contains("other running statistics than rank 0") == true)
    }
  }
}
