import Checkpoints
import Collectives
import DataParallel
import Datasets
import Foundation
import Kernels
import Networks
import Plans
import Runs
import Tensors

/// A whole run from a plan to a folder: trainer, metrics, model, summary.
public struct TrainingRun {
  private let plan: TrainingPlan
  private let environment: RunEnvironment
  private let start: RunStart
  private let record: RunRecord
  private let trainer: Trainer
  private let reporter: MetricsReporter
  private let models: ModelWriter
  /// What rank 0 says before the first step.
  private let notes: [String]
  private let console: (any RunConsole)?
  /// On rank 0.
  private let stopFile: StopFile?

  /// Opens the folder and plans the run, whose plan must be valid, on every rank; with `resume` it
  /// goes on from one of its checkpoints.
  ///
  /// Throws the same `Failure` on all ranks for a plan that cannot be run on these data, a bad folder
  /// or a run that cannot be gone on with. `console` is used on rank 0 only; `stop` may end the run
  /// before its last step.
  public init(
    _ plan: TrainingPlan,
    in environment: RunEnvironment,
    launch: RunRecord.Launch,
    stop: StopRequest = StopRequest(),
    console: (any RunConsole)?,
    resume: ResumeRequest? = nil
  ) throws {
    let (source, communicator) = (environment.source, environment.communicator)
    (self.plan, self.environment) = (plan, environment)
    let leads = communicator.rank == 0
    self.console = leads ? console : nil
    try environment.admit(plan)
    // Before the folder: what is refused must leave nothing behind.
    let model = try Self.admit(plan, in: environment)
    let placement = environment.placement
    let facts = try CheckpointManifest.Facts(
      plan,
      model,
      source,
      data: environment.dataDigest,
      blasCores: placement.blasCores,
      kernelLevel: placement.level
    )
    let name = "runs/\(Self.defaultName(plan, source))"
    let notes = try Self.notes(plan, model, resume, environment)
    start = try RunStart(
      plan,
      named: name,
      resume,
      facts,
      images: source.train.count,
      communicator
    )
    self.notes = start.notes + notes
    let folder = start.folder
    let trainer = try Trainer(plan, model: model, in: environment, from: start.saved?.state)
    models = try ModelWriter(folder, model, source, data: environment.dataDigest, communicator)
    trainer.checkpoints = try CheckpointWriter(
      run: folder.path,
      facts,
      CheckpointRetention(plan, trainer.horizon),
      pieces: trainer.state.pieces,
      from: start.saved?.manifest.step,
      communicator
    )
    models.checkpoint = start.saved?.manifest.step
    var record = RunRecord(
      plan,
      trainer.horizon,
      model,
      source,
      environment.dataDigest,
      place: try Self.place(trainer, environment),
      launch: launch,
      sessions: start.sessions
    )
    let session = RunSession(
      host: communicator.hosts[0],
      ranks: communicator.size,
      fromStep: trainer.progress.step,
      began: RunProcess.now
    )
    record.sessions.append(session)
    self.record = record
    let logs = try Self.begin(start, plan, record, models, trainer.progress, communicator)
    environment.watchdog?.records(in: folder.file(RunStatus.name))
    reporter = MetricsReporter(
      trainer.horizon,
      earlier: trainer.progress.seconds,
      log: logs?.0,
      digests: logs?.1,
      console: self.console,
      models: models,
      team: environment.team
    )
    self.trainer = trainer
    stopFile = leads ? StopFile(in: folder) : nil
    let lookout = StopLookout(stop, file: stopFile, minutes: leads ? plan.maxMinutes : nil)
    trainer.askedFor = { lookout.flags }
    follow()
  }

  /// Writes the files that a run begins with, on rank 0, or cuts those back that it goes on with.
  ///
  /// Throws the same `Failure` on all ranks: .file, or .data where a file of metrics holds something
  /// else.
  private static func begin(
    _ start: RunStart,
    _ plan: TrainingPlan,
    _ record: RunRecord,
    _ models: ModelWriter,
    _ progress: RunProgress,
    _ communicator: any Communicator
  ) throws -> (MetricsLog, DigestLog?)? {
    try communicator.together { () throws -> (MetricsLog, DigestLog?)? in
      guard communicator.rank == 0 else { return nil }
      let folder = start.folder
      let yaml =
        "# adamw-ddp: every field that this run fixed\n" + (try PlanFile.yaml(try fixed(plan)))
      try AtomicFile.write(Data(yaml.utf8), to: folder.file("plan.yaml"))
      try folder.write(record, as: RunRecord.name)
      let log = try MetricsLog(folder, continues: start.saved != nil)
      if start.saved != nil { try log.cut(after: progress.step) }
      let digests = try digests(folder, plan, progress, continues: start.saved != nil)
      try start.clearAway()
      // Last: where something of these fails there is no run that goes on.
      try models.write(.running, progress)
      return (log, digests)
    }
  }

  /// The file of digests, cut back where the run goes on; nil where it is to have none.
  ///
  /// Throws `Failure`: .file, or .data where the file holds something else.
  private static func digests(
    _ folder: RunFolder,
    _ plan: TrainingPlan,
    _ progress: RunProgress,
    continues: Bool
  ) throws -> DigestLog? {
    let path = folder.file(DigestLog.name)
    if plan.digestEvery == 0, try FileStatus(path, .file) == nil { return nil }
    let log = try DigestLog(path, continues: continues)
    guard continues else { return log }
    // The next to come, which the file may have, or the last in the chain.
    let isDue = plan.wantsDigest(after: progress.step)
    try log.cut(after: isDue ? progress.step : progress.chain?.step ?? -1)
    return log
  }

  /// Has rank 0 say what becomes of checkpoints.
  private func follow() {
    let (console, models, trainer) = (console, models, trainer)
    trainer.checkpoints?.tell = { [weak trainer] outcome in
      if let failure = outcome.failure {
        console?.warn("there is no checkpoint after step \(outcome.step): \(failure.message)")
      } else {
        models.checkpoint = outcome.step
      }
      if let untidy = outcome.untidy { console?.warn(untidy.message) }
      trainer?.checkpointClock.took(outcome.seconds)
    }
  }

  /// The network of a plan that can be run here; throws the same `Failure` (.usage) on all ranks
  /// for one that cannot, and (.file) where its profile cannot be written.
  @discardableResult
  public static func admit(
    _ plan: TrainingPlan,
    in environment: RunEnvironment
  ) throws -> Model {
    let (train, communicator) = (environment.source.train, environment.communicator)
    let horizon = try Horizon(plan, samples: train.count)
    try horizon.refuseStrongDecay()
    try communicator.together {
      guard let profile = plan.profile, communicator.rank == 0 else { return }
      try StepTrace.admit(profile, steps: horizon.steps, output: plan.output, data: plan.data)
    }
    let model = try ModelCatalog.model(
      plan.model,
      input: train.shape,
      classes: train.classes.count,
      shake: plan.shake
    )
    try MemoryCheck.admit(plan, model, environment.placement, communicator)
    try communicator.together {
      if communicator.rank == 0 { try ModelFile.admit(model, limit: ResourceLimit.fileSize.soft) }
    }
    return model
  }

  /// What run.json says of the place; every rank calls it, and it throws `Failure` (.launch) when
  /// one is lost.
  private static func place(
    _ trainer: Trainer,
    _ environment: RunEnvironment
  ) throws -> RunRecord.Place {
    let (communicator, placement) = (environment.communicator, environment.placement)
    return RunRecord.Place(
      hosts: communicator.hosts,
      threads: placement.threadsByRank,
      blasCores: placement.blasCores,
      kernelLevel: placement.level,
      arenaBytes: trainer.arenaBytes,
      optimizerStateBytes: try communicator.allGather([trainer.optimizer.stateBytes]).map { $0[0] }
    )
  }

  /// Trains, evaluates and saves; all ranks get the same summary (but for seconds).
  ///
  /// Throws the same `Failure` on all ranks where samples cannot be read or the model cannot be
  /// saved; what a lost rank makes the others throw is .launch. A run that diverges returns: its
  /// summary's state says so.
  public func execute() throws -> RunSummary {
    for note in notes { console?.warn(note) }
    let folder = start.folder
    if stopFile?.remove() == true {
      console?.warn("\(folder.file(StopFile.name)) was there before this start, and is removed.")
    }
    console?.begin(trainer, environment, folder: folder.path)
    let outcome: Trainer.Outcome
    do {
      defer { console?.end() }
      outcome = try trainer.run(reporter)
    } catch {
      note(error)
      throw error
    }
    do {
      // After a stop and at the end it is on disk; before a step that diverged it may be under way.
      _ = try StepSection.save.measure(environment.team) { try trainer.checkpoints?.finish() }
      try environment.communicator.together {
        guard environment.communicator.rank == 0 else { return }
        try reporter.flush()
        try models.write(outcome.state, trainer.progress, message: earlyEnd(outcome))
        stopFile?.remove()
        var record = record
        let last = record.sessions.count - 1
        record.sessions[last].finish(outcome.state.rawValue, step: trainer.progress.step)
        try folder.write(record, as: RunRecord.name)
      }
      try trainer.writeProfile()
    } catch {
      note(error)
      throw error
    }
    return summary(outcome)
  }

  /// Says in status.json that the run failed; any rank may, since the one that fails may be the
  /// only one that knows, and of a failure that all know rank 0 does.
  ///
  /// The error itself matters more than whether this can still be written.
  private func note(_ error: any Error) {
    let isAgreed = (error as? Failure)?.isAgreed == true
    guard start.folder.isInPlace, !isAgreed || environment.communicator.rank == 0 else { return }
    try? reporter.flush()
    try? models.write(.failed, trainer.progress, message: "\(error)")
  }

  /// What status.json says of a run that ended before its last step.
  private func earlyEnd(_ outcome: Trainer.Outcome) -> String? {
    if case .diverged = outcome { return trainer.nonFinite }
    let progress = trainer.progress
    if case .stopped = outcome {
      let cause = StopCause(trainer.agreed).map { " (\($0.text(plan)))" } ?? ""
      return "stopped after step \(progress.step) of \(trainer.horizon.steps)\(cause)"
    }
    guard trainer.stoppedEarly, let patience = plan.earlyStop, let best = progress.course.best
    else { return nil }
    let epoch = progress.step / trainer.horizon.stepsPerEpoch
    return "stopped early after epoch \(epoch): no evaluation of the last \(patience) was better "
      + "than that after epoch \(best.epoch)."
  }

  private func summary(_ outcome: Trainer.Outcome) -> RunSummary {
    var digest = Digest()
    digest.update(UnsafeBufferPointer(trainer.parameters.elements))
    return RunSummary(
      outcome.state,
      trainer.progress,
      message: earlyEnd(outcome),
      parameters: trainer.model.layout.parameterCount,
      images: trainer.horizon.samples,
      stoppedEarly: trainer.stoppedEarly,
      seconds: reporter.seconds,
      ranks: environment.communicator.size,
      threads: environment.placement.threadsByRank[0],
      lanes: plan.lanes,
      digest: digest,
      output: start.folder.path,
      checkpoint: models.checkpoint
    )
  }

  /// The plan as it stands in the folder: resolved, and its data found from anywhere.
  private static func fixed(_ plan: TrainingPlan) throws -> TrainingPlan {
    var plan = try plan.resolved
    plan.data = plan.dataRequest.pathFromAnywhere
    return plan
  }

  private static func defaultName(_ plan: TrainingPlan, _ source: DataSource) -> String {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.dateFormat = "yyyyMMdd-HHmmss"
    return "\(plan.model)-\(source.name)-\(format.string(from: Date()))"
  }
}
