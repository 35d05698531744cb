import Collectives
import Datasets
import Networks
import Plans
import Tensors
import Testing
import TestSupport
import Training

/// Rounds take memory from a step and nothing from its bits.
@Suite(.serialized)
struct AccumulationTests {
  /// A plan whose BatchNorm groups lie in one lane.
  struct Variant: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var plan = smallPlan()

    init(_ name: String, _ change: (inout TrainingPlan) -> Void = { _ in }) {
      testDescription = name
      (plan.batchNorm, plan.allowSmallBatchNorm) = (.lane, true)
      change(&plan)
    }

    func inRounds(_ count: Int) -> TrainingPlan {
      var other = plan
      other.accumulate = count
      return other
    }
  }

  static let variants = [
    Variant("BatchNorm by lane"),
    Variant("every augmentation, mixup and cutmix") { $0.augment = everyAugmentation },
    Variant("BatchNorm over groups that are lanes") {
      ($0.batchSize, $0.batchNorm) = (64, .group(8))
    },
    Variant("BatchNorm over halves of a lane") { ($0.batchSize, $0.batchNorm) = (128, .group(8)) },
    // 200 images in batches of 97: two, and one of six samples, fewer than the lanes.
    Variant("a last batch shorter than the lanes") {
      ($0.batchSize, $0.lanes, $0.steps) = (97, 11, nil)
    },
    Variant("lanes of many chunks, and SGD") {
      ($0.batchSize, $0.rule) = (150, "sgd")
    },
  ]

  @Test(arguments: variants)
  func roundsDoNotChangeTheBits(variant: Variant) throws {
    let source = smallSource()
    let model = try smallCNN(source)
    let atOnce = try train(variant.plan, model, source)
    #expect(atOnce.outcome == .done && atOnce.steps.count > 1)
    for count in [2, 3, 4, 8] {
      for ranks in [1, 2, 3, 8] {
        let placing = Placing(ranks: ranks, threads: 1 + ranks % 2, zero: ranks == 2 ? 0 : 1)
        let rounds = try train(variant.inRounds(count), model, source, placing)
        #expect(rounds.difference(from: atOnce) == nil, "\(count) rounds, \(placing)")
      }
    }
  }

  /// A sample draws by its place in the batch, not in the round.
  @Test(arguments: ["shake-shake-image", "shake-shake-batch", "flowers-cnn"])
  func drawsAreThoseOfOneRound(name: String) throws {
    let (source, model) = (smallSource(), try NetworkBitsTests.model(name))
    let variant = Variant("") { ($0.batchSize, $0.steps, $0.cutout) = (64, 3, 3) }
    let atOnce = try train(variant.plan, model, source)
    for (count, ranks) in [(2, 1), (3, 2), (8, 1), (2, 3)] {
      let rounds = try train(variant.inRounds(count), model, source, Placing(ranks: ranks))
      #expect(rounds.difference(from: atOnce) == nil, "\(count) rounds, \(ranks) ranks")
    }
  }

  @Test func shardsAndBucketsDoNotEither() throws {
    let source = smallSource()
    let model = try smallCNN(source)
    let variant = Self.variants[0]
    let atOnce = try train(variant.plan, model, source)
    for placing in [
      Placing(ranks: 3, threads: 2, bucketGranules: 1, zero: 0), Placing(ranks: 3, zero: 1),
      Placing(threads: 3, bucketGranules: 7, zero: 0),
    ] {
      let rounds = try train(variant.inRounds(3), model, source, placing)
      #expect(rounds.difference(from: atOnce) == nil, "\(placing)")
    }
  }

  /// Shortcuts, views over several lanes and Winograd's chunks.
  @Test func aResidualNetworkHasTheSameBits() throws {
    let source = smallSource(train: 100, side: 16)
    let model = try ModelCatalog.model(
      "resnet20",
      input: source.train.shape,
      classes: source.train.classes.count
    )
    let variant = Variant("") { ($0.model, $0.batchSize, $0.steps) = ("resnet20", 72, 2) }
    let atOnce = try train(variant.plan, model, source)
    for (count, ranks, threads) in [(3, 1, 2), (8, 1, 1), (2, 3, 1)] {
      let placing = Placing(ranks: ranks, threads: threads)
      let rounds = try train(variant.inRounds(count), model, source, placing)
      #expect(rounds.difference(from: atOnce) == nil, "\(count) rounds, \(placing)")
    }
  }

  /// Half the lanes at a time take half the activations, and what is planned is what is made.
  @Test(arguments: [1, 3])
  func roundsTakeLessMemory(ranks: Int) throws {
    let source = smallSource()
    let model = try smallCNN(source)
    let variant = Variant("") { $0.batchSize = 120 }
    func planned(_ plan: TrainingPlan) throws -> [String: Int] {
      let parts = try StepMemory(plan, model, ranks: ranks, threads: 1).parts
      return Dictionary(uniqueKeysWithValues: parts.map { ($0.name, $0.bytes) })
    }
    let atOnce = try planned(variant.plan)
    let lanes = (8 + ranks - 1) / ranks
    for count in 2...lanes {
      let plan = variant.inRounds(count)
      let rounds = try planned(plan)
      let part = Double((lanes + count - 1) / count) / Double(lanes)
      let ratio = Double(rounds["activations"] ?? 0) / Double(atOnce["activations"] ?? 0)
      // Transformed weights are as large for one lane as for all.
      #expect(ratio >= part && ratio < part + 0.06, "\(count) rounds")
      #expect(rounds["scratch"] ?? 0 < atOnce["scratch"] ?? 0)
      for name in ["parameters", "optimizer state", "communication"] {
        #expect(rounds[name] == atOnce[name])
      }
      let made = try ThreadWorld.run(ranks: ranks) { [plan] c in
        try trainer(plan, model, source, c).arenaBytes
      }
      #expect(made.max() == rounds["activations"])
    }
  }
}
