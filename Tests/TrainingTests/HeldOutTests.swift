import Collectives
import Datasets
import Foundation
import Plans
import Runs
import Tensors
import Testing
import TestSupport
import Training

/// With images held out a run is evaluated on those as it goes, and on the test images once, at its
/// end.
@Suite(.serialized)
struct HeldOutTests {
  /// What was evaluated when, and what the trainer then knew.
  private struct Course: Equatable {
    var evaluated: [String]
    var progress: RunProgress
    var warnings: [String]
  }

  private func course(
    val: Int?,
    ranks: Int = 1,
    _ change: (inout TrainingPlan) -> Void
  ) throws -> Course {
    let source = smallSource(val: val)
    var plan = smallPlan(batch: 100, steps: 8)
    (plan.epochs, plan.evalEvery) = (4, 1)
    change(&plan)
    let all = try ThreadWorld.run(ranks: ranks) { [plan] c in
      let trainer = try trainer(plan, tinyModel(source), source, c)
      let watcher = StepWatcher()
      _ = try trainer.run(watcher)
      var progress = trainer.progress
      (progress.seconds, progress.whole, progress.epoch) = (0, MetricsSums(), MetricsSums())
      progress.interval = MetricsSums()
      return Course(
        evaluated: watcher.evaluated,
        progress: progress,
        warnings: trainer.warnings
      )
    }
    // What is no number is not equal to itself.
    let isAgreed = all.allSatisfy { $0 == all[0] || $0.progress.val.weights?.loss.isNaN == true }
    #expect(isAgreed)
    return all[0]
  }

  @Test(arguments: [1, 3])
  func theTestImagesComeOnceAtTheEnd(ranks: Int) throws {
    let held = try course(val: 70, ranks: ranks) { _ in }
    #expect(held.evaluated == ["val 2", "val 4", "val 6", "val 8", "test 8"])
    #expect(held.progress.val.weights?.count == 70 && held.progress.test.weights?.count == 130)
    #expect(held.progress.course.best?.split == .val)
    let plain = try course(val: nil, ranks: ranks) { _ in }
    #expect(plain.evaluated == ["test 2", "test 4", "test 6", "test 8"])
    #expect(plain.progress.val.weights == nil && plain.progress.course.best?.split == .test)
    // The same weights: what is held out here beside the training images moves nothing.
    #expect(plain.progress.test == held.progress.test)
  }

  @Test func theAverageToo() throws {
    let held = try course(val: 70) { ($0.averageDecay, $0.evalEvery) = (0.5, 2) }
    #expect(
      held.evaluated == ["val 4", "val-ema 4", "val 8", "val-ema 8", "test 8", "test-ema 8"]
    )
    #expect(held.progress.course.best?.ofAverage == true)
    let accuracies = [held.progress.val, held.progress.test].map(\.average?.count)
    #expect(accuracies == [70, 130])
  }

  @Test func aRunThatStopsEarlyOrTakesNoStepEndsWithThem() throws {
    let early = try course(val: 70) {
      ($0.earlyStop, $0.learningRate, $0.weightDecayNorm) = (1, 0, 0)
      ($0.epochs, $0.steps, $0.augment) = (60, 120, .none)
    }
    #expect(early.progress.step < 120)
    #expect(early.evaluated.suffix(2) == ["val", "test"].map { "\($0) \(early.progress.step)" })
    #expect(try course(val: 70) { $0.steps = 0 }.evaluated == ["val 0", "test 0"])
  }

  @Test func aRunThatDivergedDoesNot() throws {
    let diverged = try course(val: 70) { $0.learningRate = 1e30 }
    #expect(!diverged.evaluated.contains { $0.hasPrefix("test") })
    #expect(diverged.progress.test.weights == nil)
  }

  /// The folder: rows, summary and files, and `eval` on either.
  @Test func theFolderSaysWhichIsWhich() throws {
    let data = try cifarFolder()
    let place = try TemporaryFolder()
    var plan = runPlan(data: data.path, output: place.path(of: "run"))
    (plan.valFraction, plan.averageDecay, plan.saveBest) = (0.5, 0.1, true)
    let summary = try execute(plan, ranks: 2)[0]
    let rows = try MetricsFile.rows(ofRun: place.path(of: "run"))
      .filter(\.kind.isEvaluation)
    #expect(
      rows.map { "\($0.kind.rawValue) \($0.step)" }
        == ["val 2", "val-ema 2", "val 4", "val-ema 4", "test 4", "test-ema 4"]
    )
    try #require(rows.count == 6)
    #expect(rows[2].loss == summary.valLoss && rows[2].accuracy == summary.valAccuracy)
    #expect(rows[3].accuracy == summary.emaValAccuracy)
    #expect(rows[4].loss == summary.testLoss && rows[4].accuracy == summary.testAccuracy)
    #expect(rows[5].accuracy == summary.emaTestAccuracy)
    #expect(summary.recommended == "best.safetensors")
    let best = try #require(summary.best)
    #expect(best.split == .val && best.ofAverage)
    #expect(best.accuracy == max(rows[1].accuracy, rows[3].accuracy))
    let status = try json(place.path(of: "run/status.json"))
    #expect(status["recommended"] as? String == "best.safetensors")
    #expect((status["best"] as? [String: Any])?["of_average"] as? Bool == true)
    #expect(try json(place.path(of: "run/run.json"))["val_images"] as? Int == 30)
    for (split, images, loss) in [
      (nil, 130, summary.testLoss), (.test, 130, summary.testLoss), (.val, 30, summary.valLoss),
    ] as [(EvaluationSplit?, Int, Double?)] {
      let evaluation = try evaluate(place.path(of: "run"), split: split, ranks: 1)[0]
      #expect(evaluation.images == images && evaluation.loss == loss)
      #expect(evaluation.split == split ?? .test)
    }
  }

  @Test func choosingByTheTestImagesIsSaid() throws {
    let both = try course(val: nil) { ($0.saveBest, $0.earlyStop) = (true, 3) }.warnings
    #expect(both.count == 1)
    #expect(both.first?.hasPrefix("--save-best and --early-stop choose by the test") == true)
    #expect(both.first?.contains("--val-fraction") == true)
    let one = try course(val: nil) { $0.earlyStop = 3 }.warnings
    #expect(one.count == 1 && one[0].hasPrefix("--early-stop chooses by the test images"))
    #expect(try course(val: 70) { ($0.saveBest, $0.earlyStop) = (true, 3) }.warnings == [])
    #expect(try course(val: nil) { _ in }.warnings == [])
  }

  /// Every row is the mean over its steps.
  @Test func rowsAreMeansOverTheirSteps() throws {
    let data = try cifarFolder()
    let place = try TemporaryFolder()
    var plan = runPlan(data: data.path, output: place.path(of: "run"))
    (plan.logEvery, plan.batchSize, plan.warmupEpochs) = (1, 16, 1)
    _ = try execute(plan, ranks: 1)
    let rows = try MetricsFile.rows(ofRun: place.path(of: "run"))
    let epochs = rows.filter { $0.kind == .epoch }
    #expect(epochs.count == 2)
    for epoch in epochs {
      let steps = rows.filter { $0.kind == .train && $0.epoch == epoch.epoch }
      #expect(steps.count == 4)
      func mean(_ value: (MetricsRow) -> Double?) -> Double {
        steps.reduce(0) { $0 + (value($1) ?? .nan) } / Double(steps.count)
      }
      for value in [\MetricsRow.gradientNorm, \.multiplier, \.learningRate, \.decay] {
        let (found, expected) = (try #require(epoch[keyPath: value]), mean { $0[keyPath: value] })
        #expect(abs(found - expected) <= 1e-14 * abs(expected), "epoch \(epoch.epoch)")
      }
    }
  }
}
