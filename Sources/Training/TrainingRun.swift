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

/// A whole run from a plan to a folder: data, trainer, metrics, model, summary.
public struct TrainingRun {
  private let plan: TrainingPlan
  private let communicator: any Communicator
  private let placement: Placement
  private let source: DataSource
  private let folder: RunFolder
  private let trainer: Trainer
  private let recorder: RunRecorder
  private let models: ModelWriter
  private let console: (any RunConsole)?

  /// Opens data and folder and plans the run, which must be valid, on every rank.
  ///
  /// Throws the same `Failure` on all ranks for a plan that cannot be run, for bad data or a bad folder. `console` is used on rank 0 only.
  public init(
    _ plan: TrainingPlan,
    communicator: any Communicator,
    launch: RunRecord.Launch,
    console: (any RunConsole)?
  ) throws {
    (self.plan, self.communicator) = (plan, communicator)
    let leads = communicator.rank == 0
    self.console = leads ? console : nil
    try SameEverywhere.check(plan, communicator)
    let placement = try Placement(
      communicator,
      threads: plan.threads,
      pin: !plan.noPin,
      kernels: plan.kernels,
      allowMixedCPU: plan.allowMixedCPU
    )
    let source = try communicator.together { try openDataSource(plan.dataRequest) }
    try SameEverywhere.check(source, communicator)
    // Before the folder: what is refused must leave nothing behind.
    let horizon = try Horizon(plan, samples: source.train.count)
    if let profile = plan.profile { try StepTrace.admit(profile, steps: horizon.steps) }
    let model = try ModelCatalog.model(
      plan.model,
      input: source.train.shape,
      classes: source.train.classes.count,
      shake: plan.shake
    )
    try communicator.together {
      try MemoryCheck.admit(
        plan,
        model,
        ranks: communicator.size,
        localRanks: placement.localRanks,
        threads: placement.threadsByRank.max() ?? 1,
        memory: MemoryCheck.hostMemory
      )
    }
    let folder = try RunFolder(
      plan.output ?? "runs/\(Self.defaultName(plan, source))",
      existing: plan.overwrite ? .replaced : .refused,
      communicator
    )
    let trainer = try Trainer(
      plan,
      model: model,
      source: source,
      communicator: communicator,
      team: placement.team(rank: communicator.rank),
      kernels: KernelSet(placement.level)
    )
    let stateBytes = try communicator.allGather([trainer.optimizer.stateBytes]).map { $0[0] }
    let place = RunRecord.Place(
      hosts: communicator.hosts,
      threads: placement.threadsByRank,
      blasCores: placement.blasCores,
      kernelLevel: placement.level,
      arenaBytes: trainer.arenaBytes,
      optimizerStateBytes: stateBytes
    )
    let record = RunRecord(plan, trainer.horizon, model, source, place: place, launch: launch)
    let log = try communicator.together { () throws -> MetricsLog? in
      guard leads else { return nil }
      let yaml =
        "# adamw-ddp: every field that this run fixed\n" + (try PlanFile.yaml(try Self.fixed(plan)))
      try AtomicFile.write(Data(yaml.utf8), to: folder.file("plan.yaml"))
      try folder.write(record, as: RunRecord.name)
      try folder.write(RunStatus(.running, step: 0, kept: KeptModels()), as: RunStatus.name)
      return try MetricsLog(folder)
    }
    models = ModelWriter(folder, model, source, communicator)
    recorder = RunRecorder(
      trainer.horizon,
      logEvery: plan.logEvery,
      log: log,
      console: leads ? console : nil,
      models: models
    )
    (self.placement, self.source, self.folder, self.trainer) = (placement, source, folder, trainer)
  }

  /// Trains, evaluates and saves; all ranks get the same summary (but for seconds).
  ///
  /// Throws the same `Failure` on all ranks where the model cannot be saved; what a lost rank makes the others throw is .launch. A run that
  /// diverges returns: its summary's state says so.
  public func execute() throws -> RunSummary {
    console?.begin(
      trainer,
      source,
      placement,
      ranks: communicator.size,
      folder: folder.path
    )
    let outcome: Trainer.Outcome
    do {
      outcome = try trainer.run(recorder)
    } catch {
      console?.end()
      note(error)
      throw error
    }
    console?.end()
    do {
      try communicator.together {
        if communicator.rank == 0 { try save(outcome) }
      }
      try trainer.writeProfile()
    } catch {
      note(error)
      throw error
    }
    return summary(outcome)
  }

  /// Says in status.json that the run failed; any rank may, since the one that fails may be the only one that knows.
  ///
  /// The error itself matters more than whether this can still be written.
  private func note(_ error: any Error) {
    try? models.write(.failed, step: trainer.step, message: "\(error)")
  }

  private func save(_ outcome: Trainer.Outcome) throws {
    if outcome == .done {
      try models.write(trainer.parameters, ModelFile.name, steps: trainer.step)
      if let average = trainer.average {
        try models.write(average, ModelFile.averageName, steps: trainer.step)
      }
    }
    try models.write(outcome.state, step: trainer.step, message: earlyEnd)
  }

  /// What status.json says of a run that stopped before its last step.
  private var earlyEnd: String? {
    guard trainer.stoppedEarly, let patience = plan.earlyStop, let best = trainer.best else {
      return nil
    }
    let epoch = trainer.step / trainer.horizon.stepsPerEpoch
    return "stopped early after epoch \(epoch): no evaluation of the last \(patience) was better "
      + "than that after epoch \(best.epoch)."
  }

  private func summary(_ outcome: Trainer.Outcome) -> RunSummary {
    var digest = Digest()
    digest.update(UnsafeBufferPointer(trainer.parameters.elements))
    let passes = Double(recorder.whole.samples) / Double(source.train.count)
    return RunSummary(
      state: outcome.state,
      parameters: trainer.model.layout.parameterCount,
      steps: trainer.step,
      epochs: (passes * 1e6).rounded() / 1e6,
      trainLoss: recorder.lastEpoch.meanLoss,
      trainAccuracy: recorder.lastEpoch.accuracy,
      testLoss: trainer.lastEvaluation?.loss,
      testAccuracy: trainer.lastEvaluation?.accuracy,
      testAccuracy5: trainer.lastEvaluation?.accuracy5,
      emaTestAccuracy: trainer.lastAverageEvaluation?.accuracy,
      best: trainer.best,
      stoppedEarly: trainer.stoppedEarly,
      snapshots: models.kept.snapshots,
      recommended: models.kept.snapshots.last ?? (outcome == .done ? ModelFile.name : nil),
      imagesPerS: recorder.whole.rate,
      seconds: recorder.seconds,
      ranks: communicator.size,
      threads: placement.threadsByRank[0],
      lanes: plan.lanes,
      digest: digest.description,
      output: folder.path
    )
  }

  /// The plan as it stands in the folder: resolved, and its data found from anywhere.
  private static func fixed(_ plan: TrainingPlan) throws -> TrainingPlan {
    var plan = try plan.resolved
    if FileManager.default.fileExists(atPath: plan.data) {
      plan.data = URL(fileURLWithPath: plan.data).standardizedFileURL.path
    }
    return plan
  }

  private static func defaultName(_ plan: TrainingPlan, _ source: DataSource) -> String {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.dateFormat = "yyyyMMdd-HHmmss"
    return "\(plan.model)-\(source.name)-\(format.string(from: Date()))"
  }
}
