import Collectives
import Datasets
import Foundation
import Plans
import Runs
import Tensors
import Testing
import TestSupport
import Training

/// The best model of a run is that of the first evaluation with the most right answers, and a run
/// without better ones ends.
@Suite(.serialized)
struct BestModelTests {
  /// Eight epochs of two steps, at a rate that makes the accuracy rise and fall.
  private static var plan: TrainingPlan {
    var plan = smallPlan(batch: 100, steps: 16)
    (plan.epochs, plan.evalEvery, plan.learningRate, plan.saveBest) = (8, 1, 0.05, true)
    return plan
  }

  /// Right answers of each evaluation, what was kept, and how the run ended, the same on all ranks.
  private struct Course: Equatable {
    var right: [Int] = []
    var keptSteps: [Int] = []
    var keptBits: [[UInt32]] = []
    var best: BestEvaluation?
    var stoppedEarly = false
    var steps = 0
    var bits: [UInt32] = []
  }

  private func course(_ plan: TrainingPlan, ranks: Int = 1) throws -> Course {
    let source = smallSource()
    let model = tinyModel(source)
    try plan.validate(ranks: ranks)
    let all = try ThreadWorld.run(ranks: ranks) { c in
      let trainer = try trainer(plan, model, source, c)
      let watcher = StepWatcher()
      #expect(try trainer.run(watcher) == .done)
      let averaged = plan.averageDecay != nil
      return Course(
        right: watcher.evaluations.enumerated().filter { !averaged || $0.offset % 2 == 1 }
          .map(\.element.correct),
        keptSteps: watcher.best.map(\.step),
        keptBits: watcher.best.map(\.bits),
        best: trainer.progress.course.best,
        stoppedEarly: trainer.stoppedEarly,
        steps: trainer.progress.step,
        bits: (trainer.average ?? trainer.parameters).elements.map(\.bitPattern)
      )
    }
    let isAgreed = all.allSatisfy { $0 == all[0] }
    #expect(isAgreed)
    return all[0]
  }

  /// The evaluations that beat all before them.
  private func records(_ right: [Int]) -> [Int] {
    right.indices.filter { i in right[..<i].allSatisfy { $0 < right[i] } }
  }

  @Test(arguments: [nil, 0.5])
  func theFirstOfTheMostRightAnswersIsKept(ema: Double?) throws {
    var plan = Self.plan
    plan.averageDecay = ema
    let alone = try course(plan)
    let beaten = records(alone.right)
    // Some evaluation was no better than one before it.
    #expect(alone.right.count == 8 && beaten.count > 1 && beaten.count < 8, "\(alone.right)")
    #expect(alone.keptSteps == beaten.map { 2 * ($0 + 1) })
    let last = try #require(beaten.last)
    #expect(alone.best?.step == 2 * (last + 1) && alone.best?.epoch == last + 1)
    #expect(alone.best?.accuracy == Double(alone.right[last]) / 130)
    // They are the parameters of that moment, of which a shorter run ends with the same.
    for (step, bits) in zip(alone.keptSteps, alone.keptBits) {
      plan.steps = step
      let isSame = try course(plan).bits == bits
      #expect(isSame, "after step \(step)")
    }
    plan.steps = 16
    for ranks in [2, 3] {
      let isSame = try course(plan, ranks: ranks) == alone
      #expect(isSame, "\(ranks) ranks")
    }
  }

  @Test(arguments: [1, 2], [1, 3])
  func aRunWithoutABetterEvaluationEnds(patience: Int, ranks: Int) throws {
    let whole = try course(Self.plan)
    var plan = Self.plan
    (plan.earlyStop, plan.saveBest) = (patience, false)
    let early = try course(plan, ranks: ranks)
    let beaten = records(whole.right)
    let end = try #require(
      whole.right.indices.first { i in i - (beaten.last { $0 <= i } ?? 0) >= patience }
    )
    #expect(end < 7, "\(whole.right) goes on to the end")
    #expect(early.stoppedEarly && early.right == Array(whole.right[...end]))
    #expect(early.steps == 2 * (end + 1) && early.keptSteps == [])
    #expect(early.best?.epoch == (beaten.last { $0 <= end } ?? 0) + 1)
    // The last state, not the best.
    plan.earlyStop = nil
    plan.steps = early.steps
    let isLast = try course(plan).bits == early.bits
    #expect(isLast)
  }

  @Test func patienceOfTheWholeRunStopsNothing() throws {
    var plan = Self.plan
    plan.earlyStop = 8
    let course = try course(plan)
    #expect(!course.stoppedEarly && course.steps == 16)
  }

  /// What the folder has of it, on any number of ranks the same.
  @Test func theFolderNamesTheBest() throws {
    let data = try cifarFolder()
    let place = try TemporaryFolder()
    var files: [Data] = []
    for (ranks, ema) in [(1, nil), (3, nil), (1, 0.5), (2, 0.5)] as [(Int, Double?)] {
      let path = place.path(of: "run\(ranks)\(ema ?? 0)")
      var plan = runPlan(data: data.path, output: path)
      (plan.epochs, plan.saveBest, plan.averageDecay) = (4, true, ema)
      let summary = try execute(plan, ranks: ranks)[0]
      let best = try #require(summary.best)
      let status = try json("\(path)/status.json")
      let named = try #require(status["best"] as? [String: Any])
      #expect(named["step"] as? Int == best.step && named["epoch"] as? Int == best.epoch)
      #expect(best.step == 3 * best.epoch && status["state"] as? String == "done")
      #expect(status["message"] == nil && !summary.stoppedEarly)
      let file = "\(path)/best.safetensors"
      #expect(try evaluate(file, data: data.path, ranks: 2)[0].accuracy == best.accuracy)
      let kind = ema == nil ? "test" : "test-ema"
      let rows = try String(contentsOfFile: "\(path)/metrics.csv", encoding: .utf8)
        .split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      let accuracies = rows.filter { $0[0] == kind }.compactMap { Double($0[6]) }
      #expect(accuracies.count == 4 && accuracies.max() == best.accuracy)
      files.append(try Data(contentsOf: URL(filePath: file)))
    }
    #expect(files[0] == files[1] && files[2] == files[3] && files[0] != files[2])
  }

  @Test(arguments: [1, 2])
  func theFolderSaysThatTheRunStopped(ranks: Int) throws {
    let data = try cifarFolder()
    let place = try TemporaryFolder()
    var plan = runPlan(data: data.path, output: place.path(of: "run"))
    // Weights that do not move; after some epochs the running statistics hardly do either.
    (plan.epochs, plan.earlyStop, plan.learningRate, plan.weightDecayNorm) = (60, 3, 0, 0)
    plan.augment = .none
    let summary = try execute(plan, ranks: ranks)[0]
    let best = try #require(summary.best)
    #expect(summary.state == .done && summary.stoppedEarly && summary.steps < 180)
    #expect(summary.steps == 3 * (best.epoch + 3) && summary.epochs == Double(best.epoch + 3))
    let status = try json(place.path(of: "run/status.json"))
    let message = try #require(status["message"] as? String)
    #expect(message.hasPrefix("stopped early after epoch \(best.epoch + 3)"), "\(message)")
    #expect(status["state"] as? String == "done" && status["best"] == nil)
    // The model is the last state.
    let evaluation = try evaluate(place.path(of: "run"), ranks: 1)[0]
    #expect(evaluation.accuracy == summary.testAccuracy)
    #expect(!FileManager.default.fileExists(atPath: place.path(of: "run/best.safetensors")))
  }

  /// A folder where the file should be: even root cannot write that.
  @Test(arguments: [1, 3])
  func aBestModelThatCannotBeWrittenEndsTheRunOnAllRanks(ranks: Int) throws {
    let data = try cifarFolder(train: 20, test: 10)
    let place = try TemporaryFolder()
    try place.write([1], to: "run/best.safetensors/notes.txt")
    var plan = runPlan(data: data.path, output: place.path(of: "run"))
    (plan.saveBest, plan.overwrite) = (true, true)
    let refusals = try failures(ranks: ranks) { [plan] in _ = try execute(plan, on: $0) }
    for refusal in refusals {
      #expect(refusal?.kind == .file)
      #expect(refusal?.message.contains("run/best.safetensors: ") == true)
    }
    let status = try json(place.path(of: "run/status.json"))
    #expect(status["state"] as? String == "failed")
  }
}
