import Collectives
import Datasets
import Kernels
import Networks
import Plans
import Runs
import Tensors
import TestSupport
import Training

/// All that a training run came to, bit by bit, as one rank has it.
struct Trained: Sendable, Equatable {
  var outcome = Trainer.Outcome.done
  /// Every tensor, running statistics included.
  var parameters: [UInt32] = []
  /// Their moving average, where the plan wants one.
  var average: [UInt32] = []
  /// By step: loss sum, gradient norm, right answers.
  var steps: [[UInt64]] = []
  var evaluations: [EvaluationResult] = []

  /// What differs first, nil where nothing does; shorter than what a failed `==` prints.
  func difference(from other: Trained) -> String? {
    if outcome != other.outcome { return "\(outcome) instead of \(other.outcome)" }
    if steps.count != other.steps.count { return "\(steps.count) steps, not \(other.steps.count)" }
    if let step = steps.indices.first(where: { steps[$0] != other.steps[$0] }) {
      return "step \(step + 1) of \(steps.count) has another loss, norm or count"
    }
    let wrong = zip(parameters, other.parameters).enumerated().first {
      $0.element.0 != $0.element.1
    }
    if let wrong { return "parameter \(wrong.offset) differs after \(steps.count) steps" }
    if average != other.average { return "the moving average differs" }
    return self == other ? nil : "the evaluations differ"
  }

  var floats: [Float] { parameters.map(Float.init(bitPattern:)) }
}

/// An observer that hands on what it is told.
final class StepWatcher: TrainingObserver {
  private let onStep: (StepMetrics) throws -> Void
  private(set) var evaluations: [EvaluationResult] = []
  /// Of what, on what and after which step they were.
  private(set) var evaluated: [String] = []
  private(set) var kept: [(model: KeptModel, step: Int, bits: [UInt32])] = []

  /// Those that were the best so far.
  var best: [(model: KeptModel, step: Int, bits: [UInt32])] {
    kept.filter { if case .best = $0.model { true } else { false } }
  }

  init(_ onStep: @escaping (StepMetrics) throws -> Void = { _ in }) { self.onStep = onStep }

  func finished(step: StepMetrics, interval: MetricsSums) throws { try onStep(step) }

  func evaluated(_ result: EvaluationResult, as kind: MetricsRow.Kind, step: Int, epoch: Int) {
    evaluations.append(result)
    evaluated.append("\(kind.rawValue) \(step)")
  }

  func keep(_ parameters: FloatBuffer, as reason: KeptModel, _ progress: RunProgress) {
    kept.append((reason, progress.step, parameters.elements.map(\.bitPattern)))
  }
}

/// Where a run takes place; none of it may matter.
struct Placing: Sendable, CustomStringConvertible {
  var ranks = 1
  var threads = 1
  var bucketGranules = StepEngine.bucketGranules
  var zero = 1
  var kernels = KernelLevel.best

  var description: String {
    "\(ranks) ranks, \(threads) threads, buckets of \(bucketGranules), --zero \(zero), \(kernels)"
  }
}

/// Trains as the plan says and returns what all ranks agree on.
///
/// Throws a `ContractViolation` when the ranks do not agree.
func train(
  _ plan: TrainingPlan,
  _ model: Model,
  _ source: DataSource,
  _ placing: Placing = Placing()
) throws -> Trained {
  var plan = plan
  plan.zero = placing.zero
  try plan.validate(ranks: placing.ranks)
  let all = try ThreadWorld.run(ranks: placing.ranks) { [plan] c in
    let trainer = try trainer(plan, model, source, c, placing)
    var trained = Trained()
    let watcher = StepWatcher { step in
      trained.steps.append([
        step.lossSum.bitPattern, step.gradientNorm.bitPattern, UInt64(step.correct),
      ])
    }
    trained.outcome = try trainer.run(watcher)
    trained.parameters = trainer.parameters.elements.map(\.bitPattern)
    trained.average = trainer.average?.elements.map(\.bitPattern) ?? []
    trained.evaluations = watcher.evaluations
    return trained
  }
  for (rank, other) in all.enumerated() {
    if let difference = other.difference(from: all[0]) {
      throw ContractViolation("rank \(rank) and rank 0 disagree: \(difference)")
    }
  }
  return all[0]
}

/// A trainer on one rank whose threads are bound to no core.
func trainer(
  _ plan: TrainingPlan,
  _ model: Model,
  _ source: DataSource,
  _ communicator: any Communicator,
  _ placing: Placing = Placing()
) throws -> Trainer {
  try Trainer(
    plan,
    model: model,
    in: environment(source, communicator, threads: placing.threads, kernels: placing.kernels),
    bucketGranules: placing.bucketGranules
  )
}

/// An environment whose threads are bound to no core.
func environment(
  _ source: DataSource,
  _ communicator: any Communicator,
  threads: Int = 1,
  kernels: KernelLevel = .best
) throws -> RunEnvironment {
  let placement = try Placement(
    communicator,
    threads: threads,
    pin: false,
    kernels: KernelChoice(rawValue: kernels.rawValue) ?? .auto,
    allowMixedCPU: false
  )
  return try RunEnvironment(communicator, placement, source)
}
