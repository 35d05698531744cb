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
  /// What else this rank asks of all in a step, asked at its end; allocates nothing.
  public var askedFor: (() -> StepFlags)?
  /// What the ranks asked of all in the last step.
  public internal(set) var agreed: StepFlags = []
  /// What was not finite in the last step or evaluation of which that is known, and where: the same
  /// on all ranks; nil before.
  public internal(set) var nonFinite: String?

  /// What writes the state to disk as the run goes on; nil where nothing does.
  var checkpoints: CheckpointWriter?
  var checkpointClock: CheckpointClock

  let communicator: any Communicator
  let team: ThreadTeam
  let engine: StepEngine
  let calendar: RunCalendar
  let loader: SampleLoader
  /// What --profile asks for, until it is written.
  var recorder: LoopRecorder?
  /// What ranks do themselves of the steps since the last row of kind train, and of the epoch.
  var (intervalTimes, epochTimes): (RankTimes, RankTimes)
  let begun = ContinuousClock.now
  /// Seconds of the run's earlier starts.
  let earlier: Double
  /// Which images the last step before this start took, where another plan gave it them.
  let orderBefore: (step: Int, hash: UInt64)?
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
    intervalTimes = RankTimes(hosts: communicator.hosts)
    epochTimes = intervalTimes
    horizon = try Horizon(plan, samples: source.train.count)
    calendar = RunCalendar(plan, horizon)
    checkpointClock = CheckpointClock(plan, horizon)
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
      mixing: plan.mixing,
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
    orderBefore = start.flatMap { start in start.order.map { (start.progress.step, $0) } }
    if let start { try takeUp(start) } else { try begin() }
    try beginDigests(environment)
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
    let outcome = try takeSteps(observer)
    try endDigests(outcome, observer)
    return outcome
  }

  private func takeSteps(_ observer: any TrainingObserver) throws -> Outcome {
    if progress.step == 0 {
      guard try carryOut(calendar.due(after: 0), nil, observer) else { return .diverged }
    }
    while calendar.end(of: progress) == nil {
      let (before, taken) = (progress.step, try takeStep())
      try linkDigest(after: before, observer)
      guard let metrics = taken else { return .diverged }
      if progress.step == TrainingPlan.profiledSteps.upperBound { try writeProfile() }
      try StepSection.show.measure(team) {
        try observer.finished(step: metrics, interval: progress.interval)
        if metrics.isSkipped {
          let reason = progress.skipped.inARow == 1 ? nonFinite : nil
          try observer.skipped(step: metrics, because: reason)
        }
      }
      let due = calendar.due(after: progress.step)
      guard try carryOut(due, metrics, observer) else { return .diverged }
      if calendar.end(of: progress) != nil { break }
      if agreed.contains(.stop) {
        try observer.savesState()
        try saveCheckpoint()
        return .stopped
      }
      if due.checkpoint || agreed.contains(.saveDue) {
        try observer.savesState()
        try beginCheckpoint()
      }
    }
    guard try evaluateAtEnd(observer) else { return .diverged }
    try checkReplicas(parameters, communicator)
    try keep(parameters, as: .last, observer)
    if let average {
      try keep(average, as: .average(isWarm: horizon.averageIsWarm(after: progress.step)), observer)
    }
    try observer.savesState()
    try saveCheckpoint()
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
}
