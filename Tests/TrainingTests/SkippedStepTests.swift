import Collectives
import DataParallel
import Datasets
import Kernels
import Networks
import Optimizers
import Plans
import Runs
import Tensors
import Testing
import TestSupport
import Training

/// With --on-nonfinite skip a step whose loss is not finite leaves everything as it was, and the
/// schedule goes on.
@Suite(.serialized)
struct SkippedStepTests {
  /// Two rounds through the images; the poisoned ones are met once in each.
  private func plan(_ change: (inout TrainingPlan) -> Void = { _ in }) -> TrainingPlan {
    var plan = smallPlan(batch: 40, steps: 10)
    (plan.augment, plan.onNonFinite) = (.none, .skip)
    change(&plan)
    return plan
  }

  private static let changes: [@Sendable (inout TrainingPlan) -> Void] = [
    { $0.averageDecay = 0.9 },
    { ($0.rule, $0.dialect, $0.dampening, $0.momentum) = ("sgd", .pytorch, 0.5, 0.9) },
    { $0.rule = "swats" },
    { ($0.schedule, $0.restartEpochs, $0.restartMomentum) = (.warmRestarts, 1, .reset) },
    { ($0.batchNorm, $0.allowSmallBatchNorm, $0.accumulate) = (.lane, true, 2) },
    { ($0.amsgrad, $0.clipNorm, $0.l2) = (true, 0.5, 1e-4) },
  ]

  /// The steps that meet a poisoned image.
  private func poisonedSteps(_ plan: TrainingPlan, _ images: Set<Int>, of count: Int) -> Set<Int> {
    var steps = Set<Int>()
    for epoch in 0..<plan.epochs {
      let order = EpochOrder(count: count, seed: plan.seed)
      order.prepare(epoch: epoch)
      let perEpoch = (count + plan.batchSize - 1) / plan.batchSize
      for position in 0..<count where images.contains(order[position]) {
        steps.insert(epoch * perEpoch + position / plan.batchSize)
      }
    }
    return steps
  }

  /// The parameters and their average after steps on whole images, of which some are not updated.
  private func reference(_ plan: TrainingPlan, _ source: DataSource, without left: Set<Int>) throws
    -> [[UInt32]]
  {
    let (horizon, model) = (try Horizon(plan, samples: source.train.count), try smallCNN(source))
    let (c, team) = (SoloCommunicator(), threadTeam(size: 1) { BLAS.useOneThread() })
    let engine = try StepEngine(
      plan,
      model: model,
      rule: horizon.rule,
      communicator: c,
      team: team,
      kernels: KernelSet(.best),
      bucketGranules: StepEngine.bucketGranules
    )
    model.initialize(engine.parameters, seed: plan.seed)
    engine.average?.begin()
    let loader = SampleLoader(
      source.train,
      normalization: source.normalization,
      seed: plan.seed,
      batchSize: plan.batchSize,
      order: .shuffled
    )
    var updates = 0
    for step in 0..<horizon.steps {
      engine.begin(step: step, samples: loader.samples(of: step))
      for round in engine.rounds {
        engine.begin(round: round)
        let network = engine.network
        try loader.take(
          step: step,
          engine.batch.positions,
          into: network.images,
          network.targets,
          team: team
        )
        try engine.forward()
        try engine.backward()
      }
      if plan.restartMomentum == .reset, horizon.course.restarts(at: step) {
        engine.optimizer.reset()
        updates = 0
      }
      let scalars = StepScalars(
        step: updates + 1,
        learningRate: horizon.learningRate,
        multiplier: horizon.multiplier(at: step),
        decay: horizon.decay(at: step),
        l2: plan.l2 ?? 0,
        gradientScale: 1 / Double(loader.samples(of: step))
      )
      #expect(try engine.total(scalars).isFinite)
      if left.contains(step) { continue }
      try engine.update()
      updates += 1
    }
    let average = engine.average?.values.elements.map(\.bitPattern) ?? []
    return [engine.parameters.elements.map(\.bitPattern), average]
  }

  @Test(arguments: changes.indices, [1, 3])
  func itEqualsARunThatLeavesTheUpdateOut(change: Int, ranks: Int) throws {
    let small = smallSource()
    let source = PoisonedImages.source(small, [77, 102])
    let plan = plan(Self.changes[change])
    let left = poisonedSteps(plan, [77, 102], of: source.train.count)
    #expect((2...4).contains(left.count))
    let course = try train(plan, smallCNN(source), source, Placing(ranks: ranks))
    let expected = try reference(plan, PoisonedImages.source(small, []), without: left)
    #expect(course.outcome == .done)
    #expect([course.parameters, course.average] == expected)
    let bad = course.steps.indices.filter { !Double(bitPattern: course.steps[$0][0]).isFinite }
    #expect(Set(bad) == left)
  }

  @Test(arguments: [1, 2])
  func theyAreCountedAndSaid(ranks: Int) throws {
    final class Listener: TrainingObserver {
      var skipped: [String] = []
      var rows: [Int?] = []
      var losses: [Double] = []

      func skipped(step: StepMetrics, because reason: String?) {
        skipped.append("\(step.step) \(step.skippedSteps ?? -1): \(reason ?? "again")")
      }

      func report(
        _ kind: MetricsRow.Kind,
        _ sums: MetricsSums,
        last: StepMetrics,
        _ skew: RankSkew?
      ) {
        rows.append(last.skippedSteps)
        losses.append(sums.meanLoss ?? 0)
      }
    }
    let source = PoisonedImages.source(smallSource(), [77])
    let plan = plan()
    let left = poisonedSteps(plan, [77], of: source.train.count).sorted()
    let heard = try ThreadWorld.run(ranks: ranks) { c in
      let (listener, trainer) = (Listener(), try trainer(plan, smallCNN(source), source, c))
      #expect(try trainer.run(listener) == .done)
      let skipped = trainer.progress.skipped
      #expect(skipped.total == 2 && skipped.sinceReset == 2 && skipped.inARow < 2)
      #expect(listener.losses.allSatisfy { $0.isFinite && $0 > 0 })
      #expect(listener.rows.last == 2)
      return listener.skipped
    }
    for rank in heard {
      #expect(rank.count == 2)
      for (number, text) in rank.enumerated() {
        #expect(
          text.hasPrefix("\(left[number] + 1) \(number + 1): an image is the first"),
          "\(text)"
        )
      }
    }
  }

  /// Where every batch is bad it is no matter of batches.
  @Test(arguments: [1, 3])
  func aRunGivesUpAfterTenInARow(ranks: Int) throws {
    let source = PoisonedImages.source(smallSource(), Set(0..<200))
    var plan = plan()
    (plan.steps, plan.epochs) = (25, 5)
    let said = try ThreadWorld.run(ranks: ranks) { [plan] c in
      let trainer = try trainer(plan, smallCNN(source), source, c)
      let before = trainer.parameters.elements.map(\.bitPattern)
      #expect(try trainer.run(StepWatcher()) == .diverged)
      #expect(trainer.progress.step == 9 && trainer.progress.skipped.total == 9)
      #expect(trainer.parameters.elements.map(\.bitPattern) == before)
      return trainer.nonFinite ?? ""
    }
    #expect(said[0].hasPrefix("step 10, the 10th in a row that is left out: an image is the first"))
  }
}
