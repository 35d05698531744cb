import Collectives
import DataParallel
import Datasets
import Kernels
import Networks
import Optimizers
import Plans
import Runs
import Tensors

/// Training on one rank, in step with the others: epochs, batches, schedule, evaluations.
///
/// After the first steps a step allocates nothing.
public final class Trainer {
  /// How a run ended, agreed on all ranks.
  public enum Outcome: String, Sendable {
    /// All steps taken.
    case done
    /// A loss or gradient is not finite, and the parameters are those before that step; or an evaluation's loss is not.
    case diverged

    /// The same as status.json has it.
    var state: RunState { self == .done ? .done : .diverged }
  }

  /// The plan.
  public let plan: TrainingPlan
  /// What it comes to for these data.
  public let horizon: Horizon
  /// The network.
  public let model: Model
  /// Steps taken.
  public private(set) var step = 0
  /// The last evaluation.
  public private(set) var lastEvaluation: EvaluationResult?
  /// The last evaluation of the weights' moving average.
  public private(set) var lastAverageEvaluation: EvaluationResult?

  /// The best evaluation so far: of the moving average, where the plan wants one.
  public var best: BestEvaluation? { course.best }
  /// Whether the run ended because no evaluation was better for too long.
  public private(set) var stoppedEarly = false

  private var course = EvaluationCourse()
  private let communicator: any Communicator
  private let team: ThreadTeam
  private let engine: StepEngine
  private let evaluator: Evaluator
  private let averageEvaluator: Evaluator?
  private let snapshotEpochs: [Int]
  private let loader: SampleLoader
  private var epoch = 0

  /// Plans memory and traffic and gives every rank the same first parameters.
  ///
  /// Every rank must call it with the same plan. `model` must fit the images and classes of `source`; the plan's name of it is not looked
  /// up here.
  public init(
    _ plan: TrainingPlan,
    model: Model,
    source: DataSource,
    communicator: any Communicator,
    team: ThreadTeam,
    kernels: KernelSet,
    bucketGranules: Int = StepEngine.bucketGranules
  ) throws {
    (self.plan, self.model, self.communicator, self.team) = (plan, model, communicator, team)
    horizon = try Horizon(plan, samples: source.train.count)
    snapshotEpochs = horizon.snapshotEpochs
    engine = try StepEngine(
      plan,
      model: model,
      rule: horizon.rule,
      communicator: communicator,
      team: team,
      kernels: kernels,
      bucketGranules: bucketGranules
    )
    if plan.profile != nil {
      team.recorder = LoopRecorder(
        members: team.size,
        capacity: TrainingPlan.profiledSteps.count * engine.recordsOfAStep
      )
    }
    if communicator.rank == 0 { model.initialize(engine.parameters, seed: plan.seed) }
    try communicator.broadcast(engine.parameters.bytes, root: 0)
    try checkReplicas(engine.parameters, communicator)
    engine.average?.begin()
    func evaluator(of parameters: FloatBuffer) -> Evaluator {
      Evaluator(
        model,
        parameters: parameters,
        dataset: source.test,
        normalization: source.normalization,
        communicator: communicator,
        team: team,
        kernels: kernels,
        options: plan.networkOptions
      )
    }
    self.evaluator = evaluator(of: engine.parameters)
    averageEvaluator = engine.average.map { evaluator(of: $0.values) }
    loader = SampleLoader(
      source.train,
      normalization: source.normalization,
      augmentations: plan.augmentations,
      seed: plan.seed,
      batchSize: plan.batchSize,
      order: .shuffled
    )
  }

  /// Every tensor, in the model's layout.
  public var parameters: FloatBuffer { engine.parameters }
  /// The moving average of every tensor, where the plan wants one; complete after an evaluation.
  public var average: FloatBuffer? { engine.average?.values }
  /// The optimizer with this rank's state.
  public var optimizer: ShardedOptimizer { engine.optimizer }
  /// Lanes, buckets and slices of all ranks.
  public var reduction: ReductionPlan { engine.reduction }
  /// Bytes of activations and their gradients on this rank.
  public var arenaBytes: Int { engine.network.arenaFloats * MemoryLayout<Float>.stride }

  /// Takes all steps of the plan, with evaluations between and at the end.
  public func run(_ observer: any TrainingObserver) throws -> Outcome {
    while step < horizon.steps {
      epoch = step / horizon.stepsPerEpoch
      loader.prepare(step: step)
      let end = min((epoch + 1) * horizon.stepsPerEpoch, horizon.steps)
      while step < end {
        guard let metrics = try takeStep() else { return .diverged }
        try observer.finished(step: metrics)
      }
      let whole = step == (epoch + 1) * horizon.stepsPerEpoch
      let due = plan.evalEvery > 0 && whole && (epoch + 1) % plan.evalEvery == 0
      let endsPeriod = whole && snapshotEpochs.contains(epoch + 1)
      if due || endsPeriod || step == horizon.steps {
        guard try evaluate(observer) else { return .diverged }
        if endsPeriod {
          try observer.keep(parameters, as: .snapshot(epoch: epoch + 1), step: step)
        }
        if let patience = plan.earlyStop, course.sinceBest >= patience, step < horizon.steps {
          stoppedEarly = true
          break
        }
      }
    }
    if lastEvaluation == nil {
      guard try evaluate(observer) else { return .diverged }
    }
    try checkReplicas(parameters, communicator)
    return .done
  }

  /// Writes the trace that --profile asks for, if it does; every rank calls it.
  func writeProfile() throws {
    guard let path = plan.profile, let recorder = team.recorder, recorder.count > 0 else { return }
    try StepTrace.write(
      recorder,
      stageNames: engine.network.stageNames,
      communicator,
      to: path
    )
  }

  /// One step; nil when it diverged, before anything was updated.
  private func takeStep() throws -> StepMetrics? {
    guard let recorder = team.recorder else { return try readAndStep() }
    recorder.isOn = TrainingPlan.profiledSteps.contains(step + 1)
    // An evaluation is no step.
    defer { recorder.isOn = false }
    return try StepPart.step.measure(team) { try readAndStep() }
  }

  private func readAndStep() throws -> StepMetrics? {
    let clock = ContinuousClock.now
    let samples = loader.samples(of: step)
    engine.batch.begin(samples: samples)
    let multiplier = horizon.multiplier(at: step)
    let totals = try engine.step(
      StepScalars(
        step: step + 1 - forgotten(),
        learningRate: horizon.learningRate,
        multiplier: multiplier,
        decay: horizon.decay(at: step),
        l2: plan.l2 ?? 0,
        gradientScale: (plan.maximize ? -1 : 1) / Double(samples)
      ),
      number: step
    ) {
      try loader.take(
        step: step,
        engine.batch.positions,
        into: engine.network.images,
        engine.network.targets,
        team: team
      )
    }
    guard totals.isFinite else { return nil }
    step += 1
    return StepMetrics(
      step: step,
      epoch: epoch,
      samples: samples,
      lossSum: totals.loss,
      penalty: totals.penalty,
      correct: totals.correct,
      correct5: model.classes > SoftmaxCrossEntropy.nearest ? totals.correct5 : nil,
      gradientNorm: totals.gradientNorm,
      multiplier: multiplier,
      seconds: (ContinuousClock.now - clock) / .seconds(1)
    )
  }

  /// The steps that the optimizer is to know nothing of, because of a restart; at the restart it forgets them.
  private func forgotten() -> Int {
    guard plan.restartMomentum == .reset else { return 0 }
    if horizon.course.restarts(at: step) { optimizer.reset() }
    return horizon.course.firstStep(ofPeriodAt: step)
  }

  /// Evaluates; false when the loss is not finite, which shows what the last update has done.
  private func evaluate(_ observer: any TrainingObserver) throws -> Bool {
    let result = try evaluator.evaluate()
    lastEvaluation = result
    try observer.evaluated(result, ofAverage: false, step: step, epoch: epoch)
    if let averageEvaluator {
      try engine.optimizer.gatherAverage()
      let result = try averageEvaluator.evaluate()
      lastAverageEvaluation = result
      try observer.evaluated(result, ofAverage: true, step: step, epoch: epoch)
    }
    guard result.loss.isFinite else { return false }
    let begun = step == 0 ? 0 : epoch + 1
    if course.take(lastAverageEvaluation ?? result, step: step, epoch: begun), plan.saveBest,
      let best
    {
      try observer.keep(average ?? parameters, as: .best(best), step: step)
    }
    return true
  }
}
