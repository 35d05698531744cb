import Datasets
import Kernels
import Optimizers
import Plans
import Testing
import TestSupport
import Training

/// The product's promise: ranks, threads, shards and buckets decide where work runs and nothing
/// else.
@Suite(.serialized)
struct BitIdentityTests {
  /// A plan, and how many ranks it is tried on.
  struct Variant: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var plan = smallPlan()
    var ranks = [2, 3, 5, 8]

    init(_ name: String, _ change: (inout TrainingPlan) -> Void = { _ in }) {
      testDescription = name
      change(&plan)
    }

    func on(_ ranks: [Int]) -> Variant {
      var variant = self
      variant.ranks = ranks
      return variant
    }
  }

  static let variants: [Variant] = [
    Variant("defaults"),
    Variant("BatchNorm by lane") {
      $0.batchNorm = .lane
      $0.allowSmallBatchNorm = true
    },
    Variant("BatchNorm over groups of two lanes") {
      ($0.batchSize, $0.batchNorm) = (64, .group(16))
    },
    Variant("BatchNorm over groups of four lanes") {
      ($0.batchSize, $0.batchNorm, $0.steps) = (64, .group(32), 7)
    },
    Variant("BatchNorm over halves of a lane") {
      ($0.batchSize, $0.batchNorm) = (128, .group(8))
    },
    Variant("SGD") { $0.rule = "sgd" },
    Variant("smoothing, no augmentation, warm-up") {
      ($0.smoothing, $0.augment, $0.warmupEpochs) = (0.1, .none, 1)
    },
    Variant("cutout") { $0.cutout = 3 },
    Variant("every augmentation, mixup and cutmix") { $0.augment = everyAugmentation },
    Variant("mixup of short batches, fewer samples than lanes") {
      ($0.augment, $0.batchSize, $0.lanes, $0.steps) = (mixup, 97, 7, nil)
    }.on([2, 5, 7]),
    Variant("cutmix with smoothing") { ($0.augment, $0.smoothing) = (cutmix, 0.1) }.on([3, 8]),
    Variant("a fixed rate and raw decay") {
      ($0.schedule, $0.weightDecay, $0.learningRate) = (.fixed, 1e-3, 3e-3)
    },
    Variant("warm restarts that forget, a decay for each period") {
      ($0.schedule, $0.restartEpochs, $0.epochs, $0.steps) = (.warmRestarts, 1, 3, 12)
      $0.restartMomentum = .reset
    }.on([3]),
    // 200 images in batches of 97: two, and one of six samples, fewer than the lanes.
    Variant("a last batch shorter than the lanes") {
      ($0.batchSize, $0.lanes, $0.steps) = (97, 7, nil)
    }.on([2, 5, 7]),
    Variant("short batches and BatchNorm over groups") {
      ($0.batchSize, $0.lanes, $0.steps, $0.batchNorm) = (96, 6, nil, .group(32))
    }.on([2, 4, 5, 6]),
    Variant("short batches and BatchNorm over parts of lanes") {
      ($0.batchSize, $0.lanes, $0.steps, $0.batchNorm) = (96, 6, nil, .group(8))
    }.on([2, 4, 5, 6]),
    Variant("a moving average, clipping, smoothing, L2 and factors by kind of tensor") {
      ($0.averageDecay, $0.clipNorm, $0.smoothing) = (0.9, 0.5, 0.1)
      ($0.l2, $0.noL2, $0.noDecay) = (0.01, [.norm], [.bias])
      ($0.learningRateFactors, $0.decayFactors) = ([.dense: 0.5], [.norm: 2])
      ($0.steps, $0.evalEvery) = (6, 1)
    }.on([2, 3, 8]),
    Variant("the set as one batch") { ($0.batchSize, $0.steps) = (200, 2) },
  ]

  /// Every rule but adamw, with what it may be told.
  static let rules: [Variant] = UpdateRuleCatalog.rows.map(\.name).filter { $0 != "adamw" }
    .map { name in
      Variant("rule \(name)") {
        ($0.rule, $0.l2, $0.steps) = (name, 1e-3, 4)
        $0.amsgrad = name == "adam"
        $0.nesterov = name.hasPrefix("sgd")
        $0.centered = name == "rmsprop"
        $0.swatsTolerance = name == "swats" ? 10 : nil
        $0.clipNorm = name == "swats" ? nil : 1
      }.on([2, 3, 8])
    }

  @Test(arguments: variants + rules)
  func ranksDoNotChangeTheBits(variant: Variant) throws {
    let source = smallSource()
    let model = try smallCNN(source)
    let alone = try train(variant.plan, model, source)
    #expect(alone.outcome == .done && alone.steps.count > 1)
    for ranks in variant.ranks {
      for zero in [1, 0] {
        let placing = Placing(ranks: ranks, zero: zero)
        let difference = try train(variant.plan, model, source, placing).difference(from: alone)
        #expect(difference == nil, "\(placing)")
      }
    }
  }

  @Test(arguments: [1, 8], [AugmentationList.cropFlip, everyAugmentation])
  func threadsDoNotChangeTheBits(lanes: Int, augment: AugmentationList) throws {
    let source = smallSource()
    let model = try smallCNN(source)
    var plan = smallPlan(batch: 44, steps: 5)
    (plan.lanes, plan.augment) = (lanes, augment)
    let alone = try train(plan, model, source)
    for threads in [2, 3, 4, 8] {
      let placing = Placing(threads: threads)
      #expect(try train(plan, model, source, placing).difference(from: alone) == nil, "\(placing)")
    }
    let both = Placing(ranks: min(lanes, 3), threads: 2)
    #expect(try train(plan, model, source, both).difference(from: alone) == nil, "\(both)")
  }

  @Test func bucketsDoNotChangeTheBits() throws {
    let source = smallSource()
    let model = try smallCNN(source)
    let alone = try train(smallPlan(), model, source)
    for bucketGranules in [1, 7, 1024] {
      for (ranks, zero) in [(1, 1), (3, 1), (3, 0), (8, 1)] {
        let placing = Placing(ranks: ranks, bucketGranules: bucketGranules, zero: zero)
        let difference = try train(smallPlan(), model, source, placing).difference(from: alone)
        #expect(difference == nil, "\(placing)")
      }
    }
  }

  @Test func kernelLevelsDoNotChangeTheBits() throws {
    let source = smallSource()
    let model = try smallCNN(source)
    let best = try train(smallPlan(), model, source)
    for level in KernelLevel.allCases where level < .best {
      let placing = Placing(kernels: level)
      #expect(try train(smallPlan(), model, source, placing).difference(from: best) == nil)
    }
  }

  /// Each level by itself: its own items and shapes may not depend on ranks or threads either.
  @Test(arguments: KernelLevel.allCases.filter { $0 <= .best })
  func everyLevelKeepsTheBits(level: KernelLevel) throws {
    let source = smallSource()
    let model = try smallCNN(source)
    let ranked = smallPlan(batch: 44, steps: 3)
    let alone = try train(ranked, model, source, Placing(kernels: level))
    for ranks in [2, 3] {
      let placing = Placing(ranks: ranks, kernels: level)
      let difference = try train(ranked, model, source, placing).difference(from: alone)
      #expect(difference == nil, "\(placing)")
    }
    var threaded = ranked
    threaded.lanes = 1
    let single = try train(threaded, model, source, Placing(kernels: level))
    for threads in [2, 4] {
      let placing = Placing(threads: threads, kernels: level)
      let difference = try train(threaded, model, source, placing).difference(from: single)
      #expect(difference == nil, "\(placing)")
    }
  }

  @Test func sixtyFourRanksEqualOne() throws {
    let source = smallSource()
    let model = tinyModel(source)
    var plan = smallPlan(batch: 128, steps: 4)
    plan.lanes = 64
    let alone = try train(plan, model, source)
    for ranks in [33, 64] {
      let placing = Placing(ranks: ranks)
      #expect(try train(plan, model, source, placing).difference(from: alone) == nil, "\(placing)")
    }
  }

  @Test func largerImagesEqualToo() throws {
    // 32 × 32 pixels need several blocks of rows in a convolution.
    let source = smallSource(train: 50, test: 10, side: 32)
    let model = try smallCNN(source)
    let plan = smallPlan(batch: 24, steps: 3)
    let alone = try train(plan, model, source)
    for placing in [Placing(ranks: 3), Placing(threads: 4)] {
      #expect(try train(plan, model, source, placing).difference(from: alone) == nil, "\(placing)")
    }
  }

  /// What the comparisons above rest on: they would notice.
  @Test(arguments: [
    Variant("lanes") { $0.lanes = 4 }, Variant("seed") { $0.seed = 2 },
    Variant("batch") { $0.batchSize = 41 }, Variant("augmentation") { $0.augment = .none },
    Variant("cutout") { $0.cutout = 2 }, Variant("mixup") { $0.augment = mixup },
    Variant("cutmix") { $0.augment = cutmix },
    Variant("BatchNorm") { ($0.batchNorm, $0.allowSmallBatchNorm) = (.lane, true) },
    Variant("rate") { $0.learningRate = 0.001000001 },
    Variant("decay") { $0.weightDecayNorm = 0.0251 }, Variant("smoothing") { $0.smoothing = 1e-6 },
    Variant("horizon") { $0.epochs = 3 }, Variant("rule") { $0.rule = "sgd" },
  ])
  func thePlanDoesChangeTheBits(variant: Variant) throws {
    let source = smallSource()
    let model = try smallCNN(source)
    let plain = try train(smallPlan(), model, source).parameters
    #expect(try train(variant.plan, model, source).parameters != plain)
  }

  @Test func theSelfTestPasses() throws {
    let result = try SelfTest.run()
    #expect(result.passed, "\(result.alone) alone, \(result.together) together")
  }
}
