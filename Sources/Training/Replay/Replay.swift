import Checkpoints
import Collectives
import Datasets
import Kernels
import Plans
import Runs
import Tensors

/// Computes a stretch of a run again, on any ranks, and compares the digests of its states with
/// those that the run has logged.
///
/// It writes nothing and locks nothing, so that a run may go on meanwhile.
public enum Replay {
  /// What is known of how the run was computed.
  private struct Origin {
    let numericsVersion: Int
    let data: DataDigest?
    let blasCores: [String]
  }

  /// Replays; every rank calls it and gets the same result, but for the seconds.
  ///
  /// `console` is used on rank 0 only.
  /// Throws the same `Failure` on all ranks: .usage for a stretch that the run does not have or
  /// ranks that cannot share its lanes, .data for a run without digests, damaged checkpoints, other
  /// data or another arithmetic, .launch when a rank is lost.
  public static func execute(
    _ request: ReplayRequest,
    _ communicator: any Communicator,
    console: (any ReplayConsole)? = nil
  ) throws -> ReplayResult {
    let begun = ContinuousClock.now
    let run = request.run
    try communicator.together { try RunFolder.refuseNone(run) }
    let all = try rows(of: run, communicator)
    let reader = CheckpointReader(run: run, communicator)
    let saved = try reader.steps()
    let (from, to) = try communicator.together { try stretch(request, all, saved) }
    let manifest = from > 0 ? try reader.manifest(from) : nil
    let (plan, origin, notes) = try communicator.together {
      let stretches = PlanStretches(RunRecord.sessions(in: run))
      try stretches.admit(from, to, of: run, saved: saved)
      return try self.plan(request, manifest, stretches, from: from, ranks: communicator.size)
    }
    let environment = try RunEnvironment(plan, communicator)
    try communicator.together { try refuseOtherData(origin, environment, plan, run) }
    let trainer = try Trainer(
      plan,
      model: try TrainingRun.admit(plan, in: environment),
      in: environment,
      from: try manifest.map {
        let pieces = try reader.pieces($0)
        let fields = try CheckpointManifest.Facts.fields(plan)
        return try TrainerState($0, pieces, fields, environment.source)
      }
    )
    let shown = communicator.rank == 0 ? console : nil
    shown?.begin(trainer, from: from, to: to)
    defer { shown?.end() }
    var (compared, parting) = try trainer.replay(
      all.filter { (from...to).contains($0.step) },
      to: to,
      shown
    )
    if let step = parting?.step, parting?.computed != nil, saved.contains(step) {
      parting?.differing = try differences(trainer, step, reader)
    }
    return ReplayResult(
      run: run,
      from: from,
      to: to,
      compared: compared,
      parting: parting,
      ranks: communicator.size,
      seconds: (ContinuousClock.now - begun) / .seconds(1),
      warnings: notes + warnings(origin, environment.placement)
    )
  }

  /// The rows of digests.csv as rank 0 sees it: it may grow meanwhile.
  private static func rows(of run: String, _ communicator: any Communicator) throws -> [DigestRow] {
    let path = "\(run)/\(DigestLog.name)"
    let own = try communicator.together { () throws -> [DigestRow] in
      guard communicator.rank == 0 else { return [] }
      guard try FileStatus(path) != nil else {
        throw Failure(.data, "\(run) has no \(DigestLog.name): it was trained without digests.")
      }
      let rows = try DigestLog.rows(of: path)
      if rows.isEmpty { throw Failure(.data, "\(path) holds no digest yet.") }
      return rows
    }
    var words = own.flatMap { [UInt64(bitPattern: Int64($0.step)), $0.digest, $0.chain] }
    let count = try communicator.allGather([words.count])[0][0]
    if communicator.rank != 0 { words = Array(repeating: 0, count: count) }
    try words.withUnsafeMutableBytes { try communicator.broadcast($0, root: 0) }
    return stride(from: 0, to: count, by: 3).map {
      DigestRow(
        step: Int(Int64(bitPattern: words[$0])),
        digest: words[$0 + 1],
        chain: words[$0 + 2]
      )
    }
  }

  /// Where the replay begins and ends.
  private static func stretch(
    _ request: ReplayRequest,
    _ rows: [DigestRow],
    _ saved: [Int]
  ) throws(Failure) -> (from: Int, to: Int) {
    let last = rows.last?.step ?? 0
    let to = request.to ?? last
    if to > last {
      throw Failure(
        .usage,
        "--to \(to): the last digest in \(request.run)/\(DigestLog.name) is that after step "
          + "\(last)."
      )
    }
    if let from = request.from, from > to {
      throw Failure(
        .usage,
        "--from \(from) is behind "
          + "\(request.to == nil ? "the last digest, after step" : "--to") \(to)."
      )
    }
    let usable = saved.filter { $0 <= request.from ?? to }
    return ((request.from == nil ? usable.min() : usable.max()) ?? 0, to)
  }

  /// The plan of the steps behind `from`, for this machine; how the run was computed, as a checkpoint
  /// says where there is one; and what there is to say.
  private static func plan(
    _ request: ReplayRequest,
    _ manifest: CheckpointManifest?,
    _ stretches: PlanStretches,
    from: Int,
    ranks: Int
  ) throws -> (TrainingPlan, Origin, [String]) {
    var plan = TrainingPlan()
    try PlanFile.apply(record: request.run, to: &plan)
    let record = try JSONFile.read(RunRecord.self, from: "\(request.run)/\(RunRecord.name)")
    var origin = Origin(
      numericsVersion: record.numericsVersion,
      data: record.data,
      blasCores: Set(record.blasCores).sorted()
    )
    let notes = try stretches.rewind(&plan, to: from).map {
      "the run has gone on with another plan: \($0.text)."
    }
    if let facts = manifest?.facts {
      origin = Origin(
        numericsVersion: facts.numericsVersion,
        data: facts.data,
        blasCores: facts.blasCores
      )
    }
    if origin.numericsVersion != numericsVersion {
      throw Failure(
        .data,
        "\(request.run) was trained by version \(origin.numericsVersion) of the arithmetic, and "
          + "this program's is \(numericsVersion)."
      )
    }
    if ranks > plan.lanes {
      throw Failure(
        .usage,
        "\(ranks) ranks cannot share the run's \(plan.lanes) lanes: start fewer."
      )
    }
    plan.data = request.data ?? plan.data
    (plan.threads, plan.noPin) = (request.threads, request.noPin)
    plan.kernels = request.kernels ?? plan.kernels
    plan.allowMixedCPU = request.allowMixedCPU
    (plan.output, plan.overwrite, plan.profile, plan.audit) = (nil, false, nil, nil)
    plan.digestEvery = 1
    try plan.validate(ranks: ranks)
    return (plan, origin, notes)
  }

  private static func refuseOtherData(
    _ origin: Origin,
    _ environment: RunEnvironment,
    _ plan: TrainingPlan,
    _ run: String
  ) throws(Failure) {
    guard let before = origin.data?.train, let now = environment.dataDigest?.train, before != now
    else { return }
    throw Failure(
      .data,
      "the training images of --data \(plan.data) are others than those of \(run)."
    )
  }

  /// What may change the bits and is no fault of the run.
  private static func warnings(_ origin: Origin, _ placement: Placement) -> [String] {
    let cores = Set(placement.blasCores).sorted()
    guard cores != origin.blasCores else { return [] }
    return [
      "the run used OpenBLAS's kernels for \(origin.blasCores.joined(separator: " and ")), and the "
        + "replay those for \(cores.joined(separator: " and ")): digests may differ for that alone."
    ]
  }

  /// In what the run's checkpoint after `step` steps is another; nil where it cannot be read.
  private static func differences(
    _ trainer: Trainer,
    _ step: Int,
    _ reader: CheckpointReader
  ) throws -> [String]? {
    do {
      return try trainer.differences(from: try reader.pieces(try reader.manifest(step)))
    } catch let failure as Failure where failure.kind == .data {
      return nil
    }
  }
}
