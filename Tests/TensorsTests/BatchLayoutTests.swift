import Tensors
import Testing

/// Against the definition: lane l holds b/L samples and one more where l < b mod L.
struct BatchLayoutTests {
  private static let fullBatch = 40

  /// What is wrong with a layout, by the definition.
  private func faults(_ layout: BatchLayout, batch: Int) -> [String] {
    var faults: [String] = []
    func check(_ holds: Bool, _ what: String) {
      if !holds { faults.append("\(what) of lanes \(layout.round.lanes), \(batch) samples") }
    }
    let sizes = (0..<layout.lanes).map {
      batch / layout.lanes + ($0 < batch % layout.lanes ? 1 : 0)
    }
    // A round may have a lane less than the first, which then has no samples.
    let own = sizes[layout.round.lanes]
    let local = own + Array(repeating: 0, count: layout.laneCapacity - own.count)
    check(layout.batch == batch, "batch")
    check(layout.present == sizes.filter { $0 > 0 }.count, "present")
    check(layout.localPresent == local.filter { $0 > 0 }.count, "localPresent")
    check(local.prefix(layout.localPresent).allSatisfy { $0 > 0 }, "order of present lanes")
    check(layout.firstSample == sizes[..<layout.round.lanes.lowerBound].reduce(0, +), "firstSample")
    check(layout.localSamples == local.reduce(0, +), "localSamples")
    check(layout.localSamples <= layout.capacity, "capacity")
    check(layout.chunks.count <= layout.chunkCapacity, "chunkCapacity")
    check(sizes.indices.allSatisfy { layout.samples(inLane: $0) == sizes[$0] }, "samples(inLane:)")

    var end = 0
    for (i, size) in local.enumerated() {
      check(layout.starts[i] == end, "starts")
      let chunks = layout.chunks[layout.chunkStarts[i]..<layout.chunkStarts[i + 1]]
      // Whole chunks of eight, then the rest.
      let whole = stride(from: 0, to: size, by: 8).map { end + $0..<end + min($0 + 8, size) }
      check(Array(chunks) == whole, "chunks")
      check((end..<end + size).allSatisfy { layout.lane(ofSample: $0) == i }, "lane(ofSample:)")
      end += size
    }
    check(layout.starts.last == end && layout.starts.count == local.count + 1, "starts' end")
    check(layout.firstLane == layout.round.lanes.lowerBound - layout.held.lowerBound, "firstLane")
    let cut = layout.groups(of: 8)
    check((0..<cut.count).map { cut[$0] } == layout.chunks, "groups(of: 8)")
    check(layout.chunkStarts.last == layout.chunks.count, "chunkStarts' end")
    return faults
  }

  @Test(arguments: 1...12)
  func everyRankHoldsItsSamplesOfEveryBatch(lanes: Int) {
    for ranks in 1...lanes {
      for rank in 0..<ranks {
        let held = share(rank, of: ranks, total: lanes)
        let layout = BatchLayout(lanes: lanes, held: held, fullBatch: Self.fullBatch)
        #expect(faults(layout, batch: Self.fullBatch) == [])
        #expect(layout.localSamples == layout.capacity)
        #expect(layout.chunks.count == layout.chunkCapacity)
        for batch in (1...Self.fullBatch).reversed() {
          layout.begin(samples: batch)
          #expect(faults(layout, batch: batch) == [])
        }
      }
    }
  }

  @Test(arguments: 1...12, [2, 3, 5, 12])
  func everyRoundHoldsItsSamplesOfEveryBatch(lanes: Int, rounds: Int) {
    for held in [0..<lanes, lanes / 3..<lanes] {
      let layout = BatchLayout(
        lanes: lanes,
        held: held,
        fullBatch: Self.fullBatch,
        rounds: rounds
      )
      #expect(layout.rounds.count == min(rounds, held.count))
      #expect(layout.localSamples == layout.capacity)
      for batch in (1...Self.fullBatch).reversed() {
        layout.begin(samples: batch)
        for round in layout.rounds.indices {
          layout.begin(round: round)
          #expect(faults(layout, batch: batch) == [])
          #expect(layout.isLastRound == (round == layout.rounds.count - 1))
        }
      }
    }
  }

  /// Full batches of every size, also smaller than the lanes.
  @Test(arguments: 1...12)
  func capacitiesFitFullBatchesOfEverySize(lanes: Int) {
    for batch in 1...Self.fullBatch {
      for rank in 0..<lanes {
        let layout = BatchLayout(lanes: lanes, held: rank..<rank + 1, fullBatch: batch)
        #expect(faults(layout, batch: batch) == [])
        #expect(layout.localSamples == layout.capacity)
      }
    }
  }

  @Test func ranksTileTheBatch() {
    for ranks in 1...8 {
      let layouts = (0..<ranks).map {
        BatchLayout(lanes: 8, held: share($0, of: ranks, total: 8), fullBatch: 37)
      }
      for batch in [37, 20, 8, 5, 1] {
        var next = 0
        for layout in layouts {
          layout.begin(samples: batch)
          #expect(layout.firstSample == next)
          next += layout.localSamples
        }
        #expect(next == batch)
      }
    }
  }

  @Test func nodesMakeUpTheHeldLanes() {
    #expect(BatchLayout(lanes: 8, held: 0..<8, fullBatch: 8).nodes == [0..<8])
    #expect(BatchLayout(lanes: 8, held: 3..<6, fullBatch: 8).nodes == [3..<4, 4..<6])
    #expect(BatchLayout(lanes: 8, held: 1..<7, fullBatch: 8).nodes == [1..<2, 2..<4, 4..<6, 6..<7])
  }

  @Test func aRankWithoutLanesIsEmpty() {
    let layout = BatchLayout(lanes: 4, held: 4..<4, fullBatch: 9)
    #expect(layout.capacity == 0 && layout.localSamples == 0 && layout.localPresent == 0)
    #expect(layout.chunks.isEmpty && layout.nodes.isEmpty && layout.present == 4)
  }
}
