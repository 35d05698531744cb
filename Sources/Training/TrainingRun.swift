import Collectives
import DataParallel
import Plans
import Runs
import Tensors

/// A whole run from a plan to a folder: trainer, metrics, model, summary.
public struct TrainingRun {
  let plan: TrainingPlan
  let environment: RunEnvironment
  let folder: RunFolder
  let trainer: Trainer
  let reporter: MetricsReporter
  let models: ModelWriter
  private let record: RunRecord
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
    let leads = communicator.rank == 0
    (self.plan, self.environment, self.console) = (plan, environment, leads ? console : nil)
    try environment.admit(plan)
    // Before the folder: what is refused must leave nothing behind.
    let model = try Self.admit(plan, in: environment)
    let facts = try CheckpointManifest.Facts(
      plan,
      model,
      source,
      data: environment.dataDigest,
      blasCores: environment.placement.blasCores,
      kernelLevel: environment.placement.level
    )
    let notes = try Self.notes(plan, model, resume, environment)
    let start = try RunStart(plan, resume, facts, in: environment)
    folder = start.folder
    trainer = try Trainer(plan, model: model, in: environment, from: start.saved?.state)
    models = try ModelWriter(folder, model, source, data: environment.dataDigest, communicator)
    models.checkpoint = start.saved?.manifest.step
    trainer.checkpoints = try CheckpointWriter(
      run: folder.path,
      facts,
      CheckpointRetention(plan, trainer.horizon),
      pieces: trainer.state.pieces,
      from: models.checkpoint,
      communicator
    )
    record = try Self.record(trainer, environment, launch, start)
    let logs = try start.begin(record, models, trainer)
    self.notes = start.notes + notes + start.loss(trainer.progress)
    environment.watchdog?.records(in: folder.file(RunStatus.name))
    reporter = MetricsReporter(
      trainer.horizon,
      earlier: trainer.progress.seconds,
      log: logs?.metrics,
      digests: logs?.digests,
      console: self.console,
      models: models,
      team: environment.team
    )
    stopFile = leads ? StopFile(ofRun: folder.path) : nil
    let lookout = StopLookout(stop, file: stopFile, minutes: leads ? plan.maxMinutes : nil)
    trainer.askedFor = { lookout.flags }
    follow()
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
      for remark in outcome.remarks { console?.warn(remark) }
      trainer?.checkpointClock.took(outcome.seconds)
    }
  }

  /// What run.json says as the run begins; every rank calls it, and it throws `Failure` (.launch)
  /// when one is lost.
  private static func record(
    _ trainer: Trainer,
    _ environment: RunEnvironment,
    _ launch: RunRecord.Launch,
    _ start: RunStart
  ) throws -> RunRecord {
    let session = RunSession(
      host: environment.communicator.hosts[0],
      ranks: environment.communicator.size,
      fromStep: trainer.progress.step,
      began: RunProcess.now,
      planChanges: start.saved?.changes ?? []
    )
    return RunRecord(
      trainer.plan,
      trainer.horizon,
      trainer.model,
      environment.source,
      environment.dataDigest,
      place: try place(trainer, environment),
      launch: launch,
      sessions: start.sessions + [session]
    )
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
    if let stopFile, stopFile.isThere {
      let what = "\(folder.file(StopFile.name)) was there before this start, and "
      let end = stopFile.remove().map {
        "cannot be removed, so it will stop this: \(systemReason($0))"
      }
      console?.warn("\(what)\(end ?? "is removed").")
    }
    console?.begin(trainer, environment, folder: folder.path)
    do {
      let outcome = try train()
      try StepSection.save.measure(environment.team) { try finish(outcome) }
      return summary(outcome)
    } catch {
      note(error)
      throw error
    }
  }

  private func train() throws -> Trainer.Outcome {
    defer { console?.end() }
    return try trainer.run(reporter)
  }

  /// Has all that was begun end on disk, and the folder say how the run ended.
  private func finish(_ outcome: Trainer.Outcome) throws {
    // After a stop and at the end it is on disk; before a step that diverged it may be under way.
    _ = try trainer.checkpoints?.finish()
    try environment.communicator.together {
      guard environment.communicator.rank == 0 else { return }
      try reporter.flush()
      try models.write(outcome.state, trainer.progress, message: earlyEnd(outcome))
      stopFile?.remove()
      var record = record
      let last = record.sessions.count - 1
      record.sessions[last].finish(outcome.state.rawValue, step: trainer.progress.step)
      try JSONFile.write(record, to: folder.file(RunRecord.name))
    }
    try trainer.writeProfile()
  }
}
