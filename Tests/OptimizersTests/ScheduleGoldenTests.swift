import Optimizers
import TestSupport
import Testing

/// η against the schedulers of PyTorch, and NumPy's interpolation.
struct ScheduleGoldenTests {
  /// Tests/Goldens/learning-rates.json: what schedulers gave for a base rate of 1.
  private struct Golden: Decodable {
    struct Case: Decodable {
      let epochs: Int
      let eta: [Double]
      let drops: [Double]?
      let factor: Double?
      let warmup: Int?
      let first: Int?
      let least: Double?
      let most: Double?
      let knots: [[Double]]?
    }

    let stepsPerEpoch: Int
    let step: Case
    let cosine: Case
    let warmCosine: Case
    let restarts: [Case]
    let constantPieces: Case
    let linearPieces: Case

    static func read() throws -> Golden { try readGolden("learning-rates.json") }

    func compare(_ example: Case, _ shape: ScheduleShape) {
      let schedule = Schedule(
        shape,
        epochs: example.epochs,
        stepsPerEpoch: stepsPerEpoch,
        warmupEpochs: example.warmup ?? 0
      )
      #expect(schedule.steps == example.eta.count)
      for (step, eta) in example.eta.enumerated() {
        // PyTorch's cosine goes from step to step, and gathers rounding on the way.
        #expect(abs(schedule.multiplier(at: step) - eta) < 1e-14, "step \(step) of \(shape)")
      }
    }
  }

  @Test func stepsAreMultiStepLR() throws {
    let golden = try Golden.read()
    let (drops, factor) = try (#require(golden.step.drops), #require(golden.step.factor))
    golden.compare(golden.step, .step(epochs: drops, factor: factor))
  }

  @Test func cosineIsCosineAnnealingLR() throws {
    let golden = try Golden.read()
    golden.compare(golden.cosine, .cosine(.half))
  }

  @Test func warmupIsLinearLRInFront() throws {
    let golden = try Golden.read()
    #expect(golden.warmCosine.warmup == 3)
    golden.compare(golden.warmCosine, .cosine(.half))
  }

  @Test func restartsAreCosineAnnealingWarmRestarts() throws {
    let golden = try Golden.read()
    #expect(golden.restarts.count == 3)
    for example in golden.restarts {
      let restarts = WarmRestarts(
        first: try #require(example.first),
        factor: try #require(example.factor),
        least: try #require(example.least),
        most: try #require(example.most)
      )
      golden.compare(example, .warmRestarts(restarts))
    }
  }

  @Test func piecesAreNumPys() throws {
    let golden = try Golden.read()
    func knots(_ example: Golden.Case) throws -> [ScheduleKnot] {
      try #require(example.knots).map { ScheduleKnot(epoch: $0[0], multiplier: $0[1]) }
    }
    golden.compare(golden.constantPieces, .piecewiseConstant(try knots(golden.constantPieces)))
    golden.compare(golden.linearPieces, .piecewiseLinear(try knots(golden.linearPieces)))
  }
}
