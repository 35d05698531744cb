import Optimizers
import Tensors
import TestSupport
import Testing

/// The authors' code, batch for batch.
struct AuthorsScheduleTests {
  /// Tests/Goldens/authors-schedule.json: their functions transcribed.
  private struct Golden: Decodable {
    struct Case: Decodable {
      let batchesPerEpoch: Int
      let firstPeriod: Int
      let factor: Double
      let epochs: Int
      /// Epoch, batch, Te.
      let restarts: [[Double]]
      /// Epoch, batch, η, 1/√(nBatches·Te).
      let samples: [[Double]]

      enum CodingKeys: String, CodingKey {
        case batchesPerEpoch = "batches-per-epoch"
        case firstPeriod = "first-period"
        case factor, epochs, restarts, samples
      }
    }

    let cases: [Case]
  }

  /// CIFAR-10 in batches of 128, as their README has it.
  private static let readme = AuthorsSchedule(
    .cosine(epochs: 100, factor: 2),
    epochs: 1500,
    batchesPerEpoch: 391
  )

  @Test func theirCodeStepByStep() throws {
    let golden: Golden = try readGolden("authors-schedule.json")
    #expect(Set(golden.cases.map(\.batchesPerEpoch)) == [40, 79, 196, 391])
    for example in golden.cases {
      let batches = example.batchesPerEpoch
      let schedule = AuthorsSchedule(
        .cosine(epochs: example.firstPeriod, factor: example.factor),
        epochs: example.epochs,
        batchesPerEpoch: batches
      )
      let restarts = schedule.periods.dropFirst().map {
        [Double($0.firstStep / batches + 1), Double($0.firstStep % batches + 1), $0.epochs]
      }
      #expect(restarts == example.restarts, "\(batches) batches, Te \(example.firstPeriod)")
      for sample in example.samples {
        let step = (Int(sample[0]) - 1) * batches + Int(sample[1]) - 1
        let (eta, decay) = (sample[2], sample[3])
        #expect(abs(schedule.multiplier(at: step) - eta) < 1e-15, "\(sample) of \(batches)")
        // Where their cosine is exactly 0 or 1, so is ours.
        #expect(eta != eta.rounded() || schedule.multiplier(at: step) == eta)
        let ours = schedule.decay(normalized: 1, period: schedule.period(at: step))
        #expect(abs(ours / decay - 1) < 1e-15)
      }
    }
  }

  /// An epoch in one replay is what its batches are one by one.
  @Test func anEpochAtOnce() {
    let shapes = [
      AuthorsSchedule.Shape.cosine(epochs: 3, factor: 2), .fixed(epochs: 9), .multistep,
    ]
    for shape in shapes {
      let schedule = AuthorsSchedule(shape, epochs: 130, batchesPerEpoch: 7)
      for epoch in [0, 2, 3, 8, 9, 79, 80, 81, 120, 121, 129] {
        let each = (0..<7).map { schedule.multiplier(at: 7 * epoch + $0) }
        #expect(schedule.multipliers(inEpoch: epoch) == each, "\(shape), epoch \(epoch)")
      }
    }
  }

  /// Their loop, written out: T added up batch by batch.
  private func replay(
    _ length: Int,
    _ factor: Double,
    epochs: Int,
    batches: Int
  ) -> (restarts: [Int], progress: [Double]) {
    var (restarts, all) = ([Int](), [Double]())
    var (progress, period, next) = (0.0, Double(length), Double(1 + length))
    for epoch in 1...epochs {
      for _ in 0..<batches {
        progress = min(1, progress + 1 / (period * Double(batches)))
        if progress >= 1 && Double(epoch) == next {
          restarts.append(all.count)
          progress = 0
          period *= factor
          next += period
        }
        all.append(progress)
      }
    }
    return (restarts, all)
  }

  /// The sum that is not gone through is their sum, to the bit.
  @Test(arguments: [1, 2, 3, 7, 10, 49, 64, 391], [1, 2, 3, 5, 16, 100])
  func everySumIsTheirs(batches: Int, length: Int) {
    for factor in [1, 1.5, 2, 2.25, 3] {
      let epochs = min(8 * length, 60_000 / batches)
      let schedule = AuthorsSchedule(
        .cosine(epochs: length, factor: factor),
        epochs: epochs,
        batchesPerEpoch: batches
      )
      let (restarts, progress) = replay(length, factor, epochs: epochs, batches: batches)
      let place = "\(batches) batches, Te \(length) × \(factor)"
      // Not inside #expect: what differs between long arrays takes for ever to find.
      let isSameRestarts = schedule.periods.dropFirst().map(\.firstStep) == restarts
      #expect(isSameRestarts, "\(place)")
      let wrong = progress.indices.first { step in
        schedule.multiplier(at: step) != 0.5 * (1 + Elementary.cosPi(progress[step]))
      }
      #expect(wrong == nil, "step \(wrong ?? 0) of \(place)")
      let epochWise = (0..<epochs).flatMap { schedule.multipliers(inEpoch: $0) }
      let isSame = epochWise == progress.map { 0.5 * (1 + Elementary.cosPi($0)) }
      #expect(isSame, "epoch by epoch, \(place)")
    }
  }

  /// 2^31 epochs are no more work than ten.
  @Test func theLongestRun() {
    let (epochs, batches) = (Int(Int32.max), 79)
    let schedule = AuthorsSchedule(
      .cosine(epochs: epochs, factor: 1),
      epochs: epochs,
      batchesPerEpoch: batches
    )
    #expect(schedule.periods.count == 1)
    let steps = epochs * batches
    #expect(schedule.multiplier(at: 0) > 1 - 1e-15)
    #expect(abs(schedule.multiplier(at: steps / 2) - 0.5) < 1e-4)
    #expect(schedule.multiplier(at: steps - 1) < 1e-9)
  }

  @Test func theReadmesRun() {
    func eta(_ epoch: Int, _ batch: Int) -> Double {
      Self.readme.multiplier(at: (epoch - 1) * 391 + batch - 1)
    }
    #expect(Self.readme.periods.map(\.firstStep) == [0, 100, 300, 700].map { $0 * 391 })
    #expect(Self.readme.periods.map(\.epochs) == [100, 200, 400, 800])
    // T = 1/(Te·nBatches) already.
    #expect(eta(1, 1) < 1 && eta(1, 1) > 1 - 1e-8)
    #expect(eta(100, 391) == 0)
    for epoch in [101, 301, 701] { #expect(eta(epoch, 1) == 1) }
    for (epoch, end) in [(300, 4e-10), (700, 1e-10), (1500, 2.5e-11)] {
      #expect(abs(eta(epoch, 391) / end - 1) < 0.02)
    }
  }

  @Test func decayOfItsPeriods() {
    #expect(abs(Self.readme.decay(normalized: 0.025, period: 0) - 1.2643e-4) < 5e-9)
    #expect(abs(Self.readme.decay(normalized: 0.05, period: 0) - 2.5286e-4) < 5e-9)
    #expect(abs(Self.readme.decay(normalized: 0.05, period: 2) - 1.2643e-4) < 5e-9)
    // The new Te counts for the batch of the restart.
    for (step, period) in [(0, 0), (39_099, 0), (39_100, 1), (117_300, 2), (586_499, 3)] {
      #expect(Self.readme.period(at: step) == period)
    }
  }

  @Test func oneCosineWithoutRestarts() {
    let schedule = AuthorsSchedule(
      .cosine(epochs: 20, factor: 2),
      epochs: 20,
      batchesPerEpoch: 40
    )
    #expect(schedule.periods.count == 1 && schedule.multiplier(at: 799) == 0)
  }

  @Test func multistepFallsTwiceAndNeverDecays() {
    let schedule = AuthorsSchedule(.multistep, epochs: 164, batchesPerEpoch: 391)
    for (epoch, eta) in [(1, 1.0), (80, 1), (81, 0.1), (121, 0.1), (122, 0.01), (164, 0.01)] {
      for step in [(epoch - 1) * 391, epoch * 391 - 1] {
        #expect(abs(schedule.multiplier(at: step) - eta) < 1e-17)
        #expect(schedule.decay(normalized: 0.025, period: schedule.period(at: step)) == 0)
      }
    }
  }

  @Test func fixedIsOneAndDecays() {
    let schedule = AuthorsSchedule(.fixed(epochs: 100), epochs: 300, batchesPerEpoch: 391)
    #expect([0, 39_100, 117_299].allSatisfy { schedule.multiplier(at: $0) == 1 })
    #expect(schedule.periods.count == 1)
    #expect(abs(schedule.decay(normalized: 0.025, period: 0) - 1.2643e-4) < 5e-9)
  }
}
