import Networks
import Tensors
import TestSupport
import Testing

struct ArenaPlanTests {
  /// The most floats alive at one moment, each buffer rounded up to a cache line.
  private func peak(_ requests: [ArenaPlan.Request]) -> Int {
    let moments = Set(requests.map(\.life.lowerBound))
    return moments.map { moment in
      requests.filter { $0.life.contains(moment) }.reduce(0) { $0 + ($1.floats + 15) / 16 * 16 }
    }.max() ?? 0
  }

  private func check(_ requests: [ArenaPlan.Request], excess: Double) {
    let plan = ArenaPlan(requests)
    #expect(plan.offsets.count == requests.count)
    #expect(plan.offsets.allSatisfy { $0 >= 0 && $0 % 16 == 0 })
    for (i, a) in requests.enumerated() {
      #expect(plan.offsets[i] + a.floats <= plan.count)
      for (j, b) in requests.enumerated() where j < i && a.life.overlaps(b.life) {
        let (from, to) = (plan.offsets[i], plan.offsets[i] + a.floats)
        let apart = to <= plan.offsets[j] || plan.offsets[j] + b.floats <= from
        #expect(apart, "\(a) and \(b)")
      }
    }
    let peak = peak(requests)
    #expect(plan.count >= peak)
    #expect(Double(plan.count) <= excess * Double(peak))
  }

  /// Any lives and sizes.
  @Test(arguments: 0..<60)
  func livingBuffersNeverOverlap(seed: Int) {
    var draws = RandomDraws(seed: UInt64(seed), purpose: .shuffle)
    let requests = (0..<5 + draws.integer(below: 50)).map { _ in
      let start = draws.integer(below: 100)
      return ArenaPlan.Request(
        floats: 1 + draws.integer(below: 1 << (1 + draws.integer(below: 12))),
        life: start...start + draws.integer(below: 1 + draws.integer(below: 40))
      )
    }
    check(requests, excess: 1.5)
  }

  /// Values that live until backward comes back to them, the shape of training.
  @Test(arguments: [3, 10, 57])
  func nestedLivesNeedNoMoreThanTheirPeak(layers: Int) {
    let values = (0..<layers).map {
      ArenaPlan.Request(floats: 160, life: $0...2 * layers - $0)
    }
    let gradients = (1..<layers).map {
      ArenaPlan.Request(floats: 160, life: 2 * layers - $0 - 1...2 * layers - $0)
    }
    check(values + gradients, excess: 1.2)
  }

  @Test func emptyAndEqualRequests() {
    #expect(ArenaPlan([]).count == 0)
    #expect(ArenaPlan([.init(floats: 1, life: 0...0)]).count == 16)
    let same = Array(repeating: ArenaPlan.Request(floats: 16, life: 3...5), count: 7)
    #expect(ArenaPlan(same).count == 112)
    #expect(ArenaPlan(same).offsets.sorted() == (0..<7).map { 16 * $0 })
  }

  /// Evaluation keeps few of a network's values at a time, training fewer than all.
  @Test func aResNetSharesItsMemory() throws {
    let model = try ModelCatalog.model(
      "resnet20",
      input: ImageShape(height: 32, width: 32, channels: 3),
      classes: 10
    )
    func arena(_ mode: NetworkMode) -> Int {
      NetworkRig(
        model,
        randomParameters(model, seed: 1),
        lanes: 1,
        fullBatch: 2,
        mode: mode
      ).network.arenaFloats
    }
    let largest = 2 * 32 * 32 * 16
    // The block's input, what a layer reads and what it writes, and transformed weights of two
    // layers.
    #expect(arena(.inference) <= 3 * largest + 2 * 36 * 64 * 64)
    let values = model.nodes.reduce(0) { $0 + 2 * $1.shape.count }
    #expect(arena(.training(.lanes(1))) < values / 2 + 4 * largest + 2 * 36 * 64 * 64)
  }
}
