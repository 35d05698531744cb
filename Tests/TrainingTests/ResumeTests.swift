import Checkpoints
import Collectives
import DataParallel
import Datasets
import Foundation
import Networks
import Plans
import Runs
import Tensors
import Testing
import TestSupport
import Training

/// A run that ends after some step and goes on elsewhere comes to the bits of one that never ended.
@Suite(.serialized)
struct ResumeTests {
  /// What a rank leaves: the progress as JSON and its pieces, copied.
  private struct Left: Sendable {
    let progress: Data
    let pieces: [StatePiece]
    let steps: [[UInt64]]
    let evaluations: [EvaluationResult]
    let kept: [String]
    let digests: [DigestRow]
    let outcome: Trainer.Outcome
    /// The whole moving average, where there is one.
    let average: [UInt32]
  }

  /// Asks to stop so that the run ends after `last` steps, and notes what happens.
  private final class Stopper: TrainingObserver {
    let last: Int
    weak var trainer: Trainer?
    var steps: [[UInt64]] = []
    var evaluations: [EvaluationResult] = []
    var kept: [String] = []
    var digests: [DigestRow] = []

    init(_ last: Int) { self.last = last }

    func finished(step: StepMetrics, interval: MetricsSums) {
      steps.append([
        step.lossSum.bitPattern, step.gradientNorm.bitPattern, UInt64(step.correct),
        interval.meanLoss?.bitPattern ?? 0,
      ])
      if step.step == last - 1 { trainer?.flags.insert(.stop) }
    }

    func digested(_ row: DigestRow) { digests.append(row) }

    func report(
      _ kind: MetricsRow.Kind,
      _ sums: MetricsSums,
      last: StepMetrics,
      _ skew: RankSkew?
    ) {
      kept.append("\(kind) \(last.step) \(sums.meanLoss ?? 0) \(sums.samples)")
    }

    func evaluated(_ result: EvaluationResult, as kind: MetricsRow.Kind, step: Int, epoch: Int) {
      evaluations.append(result)
      kept.append("\(kind) after \(step)")
    }

    func keep(_ parameters: FloatBuffer, as reason: KeptModel, _ progress: RunProgress) {
      var digest = Digest()
      digest.update(UnsafeBufferPointer(parameters.elements))
      kept.append("\(reason.name) after \(progress.step): \(digest)")
    }
  }

  /// Runs from `start` until `last` steps are taken, or to the end; what every rank leaves.
  private func run(
    _ plan: TrainingPlan,
    _ source: DataSource,
    ranks: Int,
    from start: [Left]? = nil,
    progress: Data? = nil,
    until last: Int = .max
  ) throws -> [Left] {
    try ThreadWorld.run(ranks: ranks) { c in
      let begin = try start.map { left in
        TrainerState(
          progress: try JSONDecoder().decode(RunProgress.self, from: progress ?? left[0].progress),
          pieces: left.flatMap(\.pieces)
        )
      }
      let observer = Stopper(last)
      let trainer = try Trainer(
        plan,
        model: try smallCNN(source),
        in: try environment(source, c, threads: 1 + c.rank % 2),
        from: begin,
        bucketGranules: 7
      )
      observer.trainer = trainer
      if (begin?.progress.step ?? 0) == last - 1 { trainer.flags.insert(.stop) }
      let outcome = try trainer.run(observer)
      let state = trainer.state
      return Left(
        progress: try JSONEncoder().encode(state.progress),
        pieces: try state.pieces.map { piece in
          let copy = FloatBuffer(count: piece.elements.count)
          try piece.withValues { copy.base.update(from: $0.baseAddress!, count: $0.count) }
          return StatePiece(piece.array, piece.tensor, piece.elements, in: copy)
        },
        steps: observer.steps,
        evaluations: observer.evaluations,
        kept: observer.kept,
        digests: observer.digests,
        outcome: outcome,
        average: trainer.average?.elements.map(\.bitPattern) ?? []
      )
    }
  }

  /// Every value of a state, by array, tensor and element.
  private func values(_ left: [Left]) throws -> [String: [UInt32]] {
    var all: [String: [(Range<Int>, [UInt32])]] = [:]
    for piece in left.flatMap(\.pieces) {
      let bits = try piece.withValues { $0.map(\.bitPattern) }
      all["\(piece.array) \(piece.tensor)", default: []].append((piece.elements, bits))
    }
    return all.mapValues { $0.sorted { $0.0.lowerBound < $1.0.lowerBound }.flatMap(\.1) }
  }

  /// The progress without what time is in it.
  private func timeless(_ left: Left) throws -> [String: AnyHashable] {
    let progress = try JSONDecoder().decode(RunProgress.self, from: left.progress)
    return [
      "step": progress.step, "course": progress.course, "memory": progress.ruleMemory,
      "epoch": progress.epoch.meanLoss, "whole": progress.whole.samples,
      "interval": progress.interval.samples, "norms": progress.epoch.gradientNorm,
      "val": progress.val, "test": progress.test, "skipped": progress.skipped,
      "chain": progress.chain?.value,
    ]
  }

  /// What the plans ask for, so that everything that a run remembers is among it.
  static let plans: [(name: String, change: @Sendable (inout TrainingPlan) -> Void)] = [
    ("adamw, average, best", { ($0.averageDecay, $0.saveBest, $0.logEvery) = (0.9, true, 3) }),
    (
      "restarts that reset",
      { ($0.schedule, $0.restartEpochs, $0.restartMomentum) = (.warmRestarts, 1, .reset) }
    ),
    ("swats, whole state everywhere", { ($0.rule, $0.zero) = ("swats", 0) }),
    ("amsgrad, clipping, L2", { ($0.amsgrad, $0.clipNorm, $0.l2) = (true, 0.5, 1e-4) }),
    ("left-out steps", { ($0.onNonFinite, $0.augment) = (.skip, .none) }),
    ("mixed batches", { $0.augment = everyAugmentation }),
    ("early stop", { ($0.earlyStop, $0.learningRate) = (1, 0.03) }),
  ]

  @Test(
    arguments: plans.indices,
    // Ranks before, ranks after, and the step between: inside an epoch, at its end, one before it.
    [(1, 3, 4), (3, 1, 5), (2, 8, 9), (8, 2, 1)]
  )
  func elsewhereIsTheSame(_ number: Int, _ where: (before: Int, after: Int, step: Int)) throws {
    // Images that are only met by a plan which leaves them out.
    let source =
      Self.plans[number].name == "left-out steps"
      ? PoisonedImages.source(smallSource(train: 130, val: 70, test: 60), [3, 77])
      : smallSource(train: 130, val: 70, test: 60)
    var plan = smallPlan(batch: 30, steps: 14)
    (plan.epochs, plan.evalEvery) = (3, 1)
    Self.plans[number].change(&plan)
    let straight = try run(plan, source, ranks: 1)
    let first = try run(plan, source, ranks: `where`.before, until: `where`.step)
    let name = Comment(rawValue: Self.plans[number].name)
    guard first[0].outcome == .stopped else {
      // It had ended by itself, which one plan allows.
      #expect(Self.plans[number].name == "early stop", name)
      #expect(try values(first) == values(straight), name)
      return
    }
    #expect(first.allSatisfy { $0.steps.count == `where`.step }, name)
    let rest = try run(plan, source, ranks: `where`.after, from: first)
    for rank in rest {
      #expect(rank.outcome == .done, name)
      #expect(first[0].steps + rank.steps == straight[0].steps, name)
      #expect(first[0].evaluations + rank.evaluations == straight[0].evaluations, name)
      #expect(first[0].kept + rank.kept == straight[0].kept, name)
      #expect(first[0].digests + rank.digests == straight[0].digests, name)
      #expect(try timeless(rank) == timeless(straight[0]), name)
    }
    #expect(try values(rest) == values(straight), name)
  }

  /// A checkpoint of a run that goes on is made before the digest of its state is there, which the
  /// next step's totals bring: who goes on from it tells it first.
  @Test(arguments: [(1, 3), (3, 1)])
  func theDigestOfAStateMayComeFromWhoGoesOn(before: Int, after: Int) throws {
    let source = smallSource()
    let plan = smallPlan(batch: 40, steps: 6)
    let straight = try run(plan, source, ranks: 1)[0]
    let first = try run(plan, source, ranks: before, until: 3)
    let (told, last) = (first[0].digests.dropLast(), straight.digests[2])
    let chain = #"{"step": 2, "value": "\#(String(last.chain, radix: 16))"}"#
    var progress = try JSONDecoder().decode(RunProgress.self, from: first[0].progress)
    progress.chain = try JSONDecoder().decode(DigestChain.self, from: Data(chain.utf8))
    let saved = try JSONEncoder().encode(progress)
    for rank in try run(plan, source, ranks: after, from: first, progress: saved) {
      #expect(told + rank.digests == straight.digests)
      #expect(try timeless(rank) == timeless(straight))
    }
  }

  /// The state after the last step is the likeliest that anyone goes on from.
  @Test(arguments: [1, 3], [nil, 70])
  func aRunThatIsOverStaysAsItIs(ranks: Int, val: Int?) throws {
    let source = smallSource(val: val)
    var plan = smallPlan(batch: 40, steps: 5)
    plan.averageDecay = 0.9
    let over = try run(plan, source, ranks: 2)
    let again = try run(plan, source, ranks: ranks, from: over)
    for rank in again {
      #expect(rank.outcome == .done && rank.steps.isEmpty && rank.evaluations.isEmpty)
      #expect(rank.digests.isEmpty)
      #expect(try timeless(rank) == timeless(over[0]))
      #expect(rank.average == over[0].average)
    }
    #expect(try values(again) == values(over))
  }

  @Test func aStateThatLacksSomethingIsRefusedByAll() throws {
    let source = smallSource()
    let first = try run(smallPlan(), source, ranks: 2, until: 2)
    let refusals = try failures(ranks: 3) { c in
      _ = try Trainer(
        smallPlan(),
        model: try smallCNN(source),
        in: try environment(source, c),
        from: TrainerState(
          progress: try JSONDecoder().decode(RunProgress.self, from: first[0].progress),
          pieces: first[0].pieces
        )
      )
    }
    #expect(refusals.allSatisfy { $0?.kind == .data })
    #expect(refusals[0]?.message.contains("after step 2 lacks") == true)
  }
}
