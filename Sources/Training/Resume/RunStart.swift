import Collectives
import Datasets
import Foundation
import Plans
import Runs
import Tensors

/// Where a run begins: in a folder of its own, at its first step or at one of its checkpoints.
struct RunStart {
  /// The folder.
  let folder: RunFolder
  /// What it goes on from; nil where it begins.
  let saved: SavedRun?
  /// The sessions of the run before this one.
  let sessions: [RunSession]
  /// What there is to say of it, on rank 0.
  let notes: [String]

  /// The start of a run of `plan`, whose checkpoints will say `facts` of it; every rank calls it.
  ///
  /// Without `resume` the folder must hold no run, unless the plan replaces it. Throws the same
  /// `Failure` on all ranks, as `RunFolder` and `SavedRun` do.
  init(
    _ plan: TrainingPlan,
    _ resume: ResumeRequest?,
    _ facts: CheckpointManifest.Facts,
    in environment: RunEnvironment
  ) throws {
    let (source, communicator) = (environment.source, environment.communicator)
    guard let resume else {
      folder = try RunFolder(
        plan.output ?? "runs/\(Self.name(plan, source))",
        existing: plan.output == nil ? .avoided : plan.overwrite ? .replaced : .refused,
        communicator
      )
      (saved, sessions, notes) = (nil, [], folder.note.map { [$0] } ?? [])
      return
    }
    if !resume.mayBegin {
      try communicator.together {
        if communicator.rank == 0, try FileStatus(resume.folder) == nil {
          throw Failure(.data, "there is no run in \(resume.folder) to go on with.")
        }
      }
    }
    folder = try RunFolder(resume.folder, existing: .resumed, communicator)
    let (folder, leads) = (folder, communicator.rank == 0)
    let saved = try SavedRun(resume, facts, plan, on: source, communicator)
    var notes = [folder.note].compactMap { $0 } + (saved?.warnings ?? [])
    var sessions: [RunSession] = []
    try communicator.together {
      guard leads else { return }
      guard saved != nil else {
        if try RunStart.refusingFinished(folder.path), try folder.clear() {
          notes.append(
            "\(folder.path) holds a run without a complete checkpoint: it begins anew in it."
          )
        }
        return
      }
      sessions = RunRecord.sessions(in: folder.path)
    }
    (self.saved, self.sessions, self.notes) = (saved, sessions, notes)
  }

  /// True; throws a data failure where the run in a folder without checkpoints is over: its model
  /// would be lost.
  private static func refusingFinished(_ folder: String) throws -> Bool {
    let file = "\(folder)/\(RunStatus.name)"
    guard try FileStatus(file) != nil,
      let status = try? JSONFile.read(RunStatus.self, from: file), status.state == .done
    else { return true }
    throw Failure(
      .data,
      "the run in \(folder) is over and has no checkpoint to go on from: take another --output, or "
        + "add --overwrite."
    )
  }

  /// The name of a run that nobody has named.
  private static func name(_ plan: TrainingPlan, _ source: DataSource) -> String {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.dateFormat = "yyyyMMdd-HHmmss"
    return "\(plan.model)-\(source.name)-\(format.string(from: Date()))"
  }
}
