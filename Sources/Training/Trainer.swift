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
  public enum Outcome: Sendable {
    /// All steps taken, or stopped early.
    case done
    /// Stopped by request after a whole step: `state` is all that is needed to go on.
    case stopped
    /// A loss or gradient is not finite, and the parameters are those before that step; or an
    /// evaluation's loss is not.
    case diverged

    /// The same as status.json has it.
    public var state: RunState {
      switch self {
      case .done: .done
      case .stopped: .stopped
      case .diverged: .diverged
      }
    }
  }

  /// The plan.
  public let plan: TrainingPlan
  /// What it comes to for these data.
  public let horizon: Horizon
  /// The network.
  public let model: Model
  /// How far the run is.
  public internal(set) var progress: RunProgress
  /// Whether the run is over because no evaluation was better for too long.
  public var stoppedEarly: Bool { calendar.end(of: progress) == .noBetter }
  /// What this rank asks of all in the steps to come; set by the thread that trains, between steps.
  public var flags: StepFlags = []

  let communicator: any Communicator
  let team: ThreadTeam
  let engine: StepEngine
  let calendar: RunCalendar
  private let loader: SampleLoader
  /// What --profile asks for, until it is written.
  var recorder: LoopRecorder?
  private let begun = ContinuousClock.now
  /// Seconds of the run's earlier starts.
  private let earlier: Double
  /// What it is trained and evaluated on.
  let source: DataSource
  private let evaluator: (_ parameters: FloatBuffer, _ images: any ImageDataset) -> Evaluator
  private var evaluators: RunEvaluators?

  /// Plans memory and traffic and gives every rank the same parameters: the model's first ones, or
  /// those of `start`, from which the run goes on.
  ///
  /// Every rank must call it with the same plan. `model` must fit the images and classes of the
  /// environment's data; the plan's name of it is not looked up here. The pieces of `start` are
  /// those of all ranks of the world that left it. Throws `Failure`: .usage for a plan that these
  /// data cannot follow, .data for a start that lacks something, .launch when a rank is lost or has
  /// other parameters.
  public init(
    _ plan: TrainingPlan,
    model: Model,
    in environment: RunEnvironment,
    from start: TrainerState? = nil,
    bucketGranules: Int = StepEngine.bucketGranules
  ) throws {
    let (source, communicator) = (environment.source, environment.communicator)
    (self.plan, self.model, self.communicator) = (plan, model, communicator)
    self.source = source
    (team, progress) = (environment.team, start?.progress ?? RunProgress())
    horizon = try Horizon(plan, samples: source.train.count)
    calendar = RunCalendar(plan, horizon)
    engine = try StepEngine(
      plan,
      model: model,
      rule: horizon.rule,
      communicator: communicator,
      team: team,
      kernels: environment.kernels,
      bucketGranules: bucketGranules
    )
    loader = SampleLoader(
      source.train,
      normalization: source.normalization,
      augmentations: plan.augmentations,
      seed: plan.seed,
      batchSize: plan.batchSize,
      dropsLast: plan.dropLast,
      order: .shuffled
    )
    evaluator = { parameters, images in
      Evaluator(
        model,
        parameters: parameters,
        dataset: images,
        normalization: source.normalization,
        communicator: communicator,
        team: environment.team,
        kernels: environment.kernels,
        options: plan.networkOptions
      )
    }
    let entries = TrainingPlan.profiledSteps.count * engine.recordsOfAStep
    recorder =
      plan.profile == nil
      ? nil : LoopRecorder(members: environment.team.size, capacity: entries)
    earlier = progress.seconds
    if let start { try takeUp(start) } else { try begin() }
    // Here, so that a run that starts has the memory to evaluate.
    _ = evaluators(on: source.measured.split)
    try checkReplicas(engine.parameters, communicator)
  }

  /// Takes the plan's steps from where the run is, with what is due between them and at the end.
  ///
  /// Throws what the observer throws, and `Failure`: .data with the same sentence on all ranks
  /// where samples cannot be read, .launch when a rank is lost or has other parameters at the end.
  public func run(_ observer: any TrainingObserver) throws -> Outcome {
    team.recorder = recorder
    // The next run of the environment may want none.
    defer { team.recorder = nil }
    if progress.step == 0 {
      guard try carryOut(calendar.due(after: 0), nil, observer) else { return .diverged }
    }
    while calendar.end(of: progress) == nil {
      guard let (metrics, stops) = try takeStep() else { return .diverged }
      if progress.step == TrainingPlan.profiledSteps.upperBound { try writeProfile() }
      try observer.finished(step: metrics, interval: progress.interval)
      let due = calendar.due(after: progress.step)
      guard try carryOut(due, metrics, observer) else { return .diverged }
      if stops && calendar.end(of: progress) == nil { return .stopped }
    }
    guard try evaluateAtEnd(observer) else { return .diverged }
    try checkReplicas(parameters, communicator)
    try keep(parameters, as: .last, observer)
    if let average {
      try keep(average, as: .average(isWarm: horizon.averageIsWarm(after: progress.step)), observer)
    }
    return .done
  }

  /// Those on a split that the data have, made where they are not there.
  func evaluators(on split: EvaluationSplit) -> RunEvaluators {
    if let evaluators, evaluators.split == split { return evaluators }
    // The memory of the others first: a run is admitted with that of one split.
    evaluators = nil
    guard let images = source.images(of: split) else {
      preconditionFailure("there are no \(split.rawValue) images")
    }
    let made = RunEvaluators(
      split: split,
      weights: evaluator(engine.parameters, images),
      average: engine.average.map { evaluator($0.values, images) }
    )
    evaluators = made
    return made
  }

  /// One step: from samples to equal parameters on all ranks, and whether the run is to stop behind
  /// it; nil when it diverged, before anything was updated.
  private func takeStep() throws -> (StepMetrics, stops: Bool)? {
    let (step, begun) = (progress.step, ContinuousClock.now)
    team.clock.begin(step: step)
    recorder?.isOn = TrainingPlan.profiledSteps.contains(step + 1)
    // What lies between steps is no part of a profile.
    defer { recorder?.isOn = false }
    let totals = try StepSection.step.measure(team) { () throws -> StepEngine.Totals in
      var flags = flags
      var unread: Failure?
      engine.begin(step: step, samples: loader.samples(of: step))
      for round in engine.rounds {
        engine.begin(round: round)
        let failure = StepSection.read.measure(team) { fetch(step) }
        unread = unread ?? failure
        try engine.forward()
        try engine.backward()
      }
      if unread != nil { flags.insert(.readFailed) }
      let totals = try engine.total(scalars(of: step), flags: flags)
      if totals.flags.contains(.readFailed) { try agree(on: unread) }
      if totals.isFinite { try engine.update() }
      return totals
    }
    guard totals.isFinite else { return nil }
    let seconds = (ContinuousClock.now - begun) / .seconds(1)
    let metrics = metrics(of: step, totals, seconds: seconds)
    progress.take(metrics, opensEpoch: step.isMultiple(of: horizon.stepsPerEpoch))
    progress.ruleMemory = engine.optimizer.memory
    progress.seconds = earlier + (ContinuousClock.now - self.begun) / .seconds(1)
    return (metrics, totals.flags.contains(.stop))
  }

  /// Brings the samples of the round into the network; returns why some of them could not be read.
  private func fetch(_ step: Int) -> Failure? {
    do {
      try loader.take(
        step: step,
        engine.batch.positions,
        into: engine.network.images,
        engine.network.targets,
        team: team
      )
      return nil
    } catch {
      return error
    }
  }

  /// Throws the failure of the first rank that has one, on all ranks.
  private func agree(on unread: Failure?) throws {
    try communicator.together { if let unread { throw unread } }
    preconditionFailure("a rank said that it cannot read, and none says why")
  }

  /// α, η, λ and what else the rule is told of the step; at a restart that resets it the rule
  /// forgets.
  private func scalars(of step: Int) -> StepScalars {
    var forgotten = 0
    if plan.restartMomentum == .reset {
      if horizon.course.restarts(at: step) { engine.optimizer.reset() }
      forgotten = horizon.course.firstStep(ofPeriodAt: step)
    }
    return StepScalars(
      step: step + 1 - forgotten,
      learningRate: horizon.learningRate,
      multiplier: horizon.multiplier(at: step),
      decay: horizon.decay(at: step),
      l2: plan.l2 ?? 0,
      gradientScale: (plan.maximize ? -1 : 1) / Double(loader.samples(of: step))
    )
  }

  private func metrics(
    of step: Int,
    _ totals: StepEngine.Totals,
    seconds: Double
  ) -> StepMetrics {
    StepMetrics(
      step: step + 1,
      epoch: step / horizon.stepsPerEpoch,
      samples: loader.samples(of: step),
      lossSum: totals.loss,
      penalty: totals.penalty,
      correct: totals.correct,
      correct5: model.classes > SoftmaxCrossEntropy.nearest ? totals.correct5 : nil,
      gradientNorm: totals.gradientNorm,
      multiplier: horizon.multiplier(at: step),
      decay: horizon.decayPart(at: step),
      seconds: seconds
    )
  }
}
