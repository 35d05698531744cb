import Checkpoints
import Collectives
import Datasets
import Plans
import Runs
import Tensors

/// A run that another goes on with, from one of its checkpoints.
struct SavedRun {
  /// What the checkpoint says.
  let manifest: CheckpointManifest
  /// The state of all ranks that wrote it.
  let state: TrainerState
  /// In what that decides what is trained it goes on with another plan.
  let changes: [PlanChange]
  /// What there is to say of it.
  let warnings: [String]

  /// The newest checkpoint of the run folder that is whole, or the one wanted.
  ///
  /// Nil where there is none and the run may begin. `plan` is that of the run on `source`, and comes to
  /// `facts`. Every rank calls it. Throws the same `Failure` on all: .data where there is
  /// none or it belongs to other images or another arithmetic, .usage for another plan, .file where
  /// the system cannot read what is there.
  init?(
    _ request: ResumeRequest,
    _ facts: CheckpointManifest.Facts,
    _ plan: TrainingPlan,
    on source: DataSource,
    _ communicator: any Communicator
  ) throws {
    let reader = CheckpointReader(run: request.folder, communicator)
    let wanted = try request.step.map { [$0] } ?? reader.steps()
    var passed: [String] = []
    /// Nil for a checkpoint that is not whole, where an older one may be.
    func whole<T>(_ step: Int, _ body: () throws -> T) throws -> T? {
      do {
        return try body()
      } catch let failure as Failure where failure.kind == .data && request.step == nil {
        passed.append("the checkpoint after step \(step) is passed over: \(failure.message)")
        return nil
      }
    }
    for step in wanted {
      guard let manifest = try whole(step, { try reader.manifest(step) }) else { continue }
      try communicator.together { try Self.admit(manifest, facts, request) }
      guard let pieces = try whole(step, { try reader.pieces(manifest) }) else { continue }
      self.manifest = manifest
      state = try communicator.together { try TrainerState(manifest, pieces, facts.plan, source) }
      let old = manifest.facts
      let changes = PlanChanges(from: old.plan, to: facts.plan)
      self.changes = changes.deciding
      let effect = try changes.effect(plan, images: source.train.count, after: step)
      warnings = passed + [effect].compactMap { $0 } + Self.warnings(old, facts)
      return
    }
    if request.mayBegin && wanted.isEmpty { return nil }
    let folder = CheckpointFolder(ofRun: request.folder)
    throw Failure(
      .data,
      wanted.isEmpty
        ? "\(request.folder) holds no complete checkpoint to go on from."
        : "no checkpoint in \(folder.path) is whole: \(passed.last ?? "")",
      isAgreed: true
    )
  }

  /// Throws where what was saved and what is to be computed do not go together.
  private static func admit(
    _ manifest: CheckpointManifest,
    _ facts: CheckpointManifest.Facts,
    _ request: ResumeRequest
  ) throws {
    let old = manifest.facts
    let start = "cannot go on with \(request.folder)"
    if old.numericsVersion != facts.numericsVersion {
      throw Failure(
        .data,
        "\(start): it was trained by version \(old.numericsVersion) of the arithmetic, and this "
          + "program's is \(facts.numericsVersion), so that the rest would not be what it was."
      )
    }
    try PlanChanges(from: old.plan, to: facts.plan)
      .refuse(request.folder, except: request.allowedChanges)
    if let before = old.data, let now = facts.data, before != now {
      let part = before.train != now.train ? "training" : "test"
      throw Failure(
        .data,
        "\(start): its \(part) images are others than those of --data \(facts.plan["data"] ?? "")."
      )
    }
  }

  /// What may change the bits and is no mistake.
  private static func warnings(
    _ old: CheckpointManifest.Facts,
    _ facts: CheckpointManifest.Facts
  ) -> [String] {
    guard old.blasCores != facts.blasCores else { return [] }
    func cores(_ facts: CheckpointManifest.Facts) -> String {
      facts.blasCores.joined(separator: " and ")
    }
    return [
      "until now the run used OpenBLAS's kernels for \(cores(old)), and now it uses those for "
        + "\(cores(facts)): its last bits may differ from those of a run on one kind of CPU."
    ]
  }
}
