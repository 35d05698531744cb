import Collectives
import DataParallel
import Datasets
import Kernels
import Networks
import Plans
import Runs
import Tensors

/// Evaluates a run's model or a safetensors file, on any number of ranks.
public enum Evaluation {
  /// Evaluates; every rank calls it and gets the same summary.
  ///
  /// Throws the same `Failure` on all ranks: .usage for a request that cannot be met, .data for
  /// files or images that cannot be read or do not go together, .file where logits cannot be
  /// written, .launch when a rank is lost.
  public static func execute(_ request: Request, _ communicator: any Communicator) throws -> Summary
  {
    try execute(request, communicator, late: nil)
  }

  /// The same; `late` is what becomes of a rank that is late, nil: it ends the job.
  package static func execute(
    _ request: Request,
    _ communicator: any Communicator,
    late: Watchdog.End?
  ) throws -> Summary {
    let clock = SectionClock()
    let deadlines = SectionDeadlines(step: nil, first: request.deadline ?? SectionDeadlines.first)
    let watchdog =
      request.deadline == 0 ? nil : Watchdog(clock, deadlines, communicator, end: late)
    return try withExtendedLifetime(watchdog) {
      try watchdog?.meet(communicator)
      return try execute(request, communicator, clock)
    }
  }

  private static func execute(
    _ request: Request,
    _ communicator: any Communicator,
    _ clock: SectionClock
  ) throws -> Summary {
    let opened = try communicator.together {
      try open(request, rank: communicator.rank, of: communicator.size)
    }
    let plan = opened.plan
    try SameEverywhere.check(plan, communicator)
    try SameEverywhere.check(opened.members, communicator)
    let placement = try Placement(
      communicator,
      threads: request.threads,
      pin: true,
      kernels: plan.kernels,
      allowMixedCPU: plan.allowMixedCPU
    )
    let team = try communicator.together {
      try placement.team(rank: communicator.rank, clock: clock)
    }
    let digest = try SameEverywhere.digest(
      of: opened.images,
      opened.split.rawValue,
      team: team,
      communicator
    )
    var warnings = opened.warnings
    if opened.split == .test, let trained = opened.testDigest, trained != digest {
      warnings.append(
        "the test images of \(plan.data) are not those that the run had: its accuracy was on others."
      )
    }
    let normalization = try normalization(of: opened, team, communicator)
    let result = try StepSection.evaluate.measure(team) {
      try Self.result(
        of: opened,
        request,
        normalization,
        KernelSet(placement.level),
        team,
        communicator
      )
    }
    let first = opened.members[0]
    return Summary(
      model: first.model.name,
      parameters: first.model.layout.parameterCount,
      data: opened.source,
      split: opened.split,
      images: result.count,
      ensemble: request.ensemble,
      members: opened.members.count,
      views: request.views,
      loss: result.loss,
      accuracy: result.accuracy,
      accuracy5: result.accuracy5,
      warnings: warnings
    )
  }

  /// What the model's images were normalised with: of a checkpoint a mean image is computed anew from
  /// the run's training images.
  ///
  /// Throws as `execute` does, and .data for other images than the run had.
  private static func normalization(
    of opened: Opened,
    _ team: ThreadTeam,
    _ communicator: any Communicator
  ) throws -> Normalization {
    let metadata = opened.members[0].metadata
    guard let training = opened.training else { return metadata.normalization }
    let source = try communicator.together { try openDataSource(training) }
    let own = try source.normalized(by: .meanImage, team, communicator).normalization
    try communicator.together {
      guard ModelMetadata.digest(own.image ?? []) != metadata.meanImage else { return }
      throw Failure(
        .data,
        "the training images of \(training.path) have another mean image than those of the run."
      )
    }
    return own
  }

  /// Evaluates the model or the ensemble, and writes logits where they are wanted; throws as
  /// `execute` does.
  private static func result(
    of opened: Opened,
    _ request: Request,
    _ normalization: Normalization,
    _ kernels: KernelSet,
    _ team: ThreadTeam,
    _ communicator: any Communicator
  ) throws -> EvaluationResult {
    let (first, images) = (opened.members[0], opened.images)
    let buffers = opened.members.map(\.parameters)
    let classes = first.metadata.classes.count
    // A vote puts its members' in there one after another.
    let parameters = request.ensemble == nil ? buffers[0] : Ensemble.mean(of: buffers)
    let evaluator = Evaluator(
      first.model,
      parameters: parameters,
      dataset: images,
      normalization: normalization,
      communicator: communicator,
      team: team,
      kernels: kernels,
      options: opened.plan.networkOptions
    )
    let logits = request.logits.map { _ in CollectedLogits(images, classes: classes) }
    let result: EvaluationResult
    if request.ensemble == .vote || request.views == .flip {
      result = try Vote(
        request.ensemble == .vote ? buffers : [parameters],
        views: request.views,
        evaluator,
        parameters: parameters,
        classes: classes,
        dataset: images,
        communicator: communicator
      ).evaluate { logits?.take($0, $1) }
    } else {
      result = try evaluator.evaluate { logits?.take($0, $1) }
    }
    if let path = request.logits {
      try logits?.write(to: path, imageOffsets: evaluator.imageOffsets, communicator)
    }
    return result
  }
}
