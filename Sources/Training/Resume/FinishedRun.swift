import Collectives
import Datasets
import Plans
import Runs
import Tensors

/// A run that is over, so that there is nothing to go on with.
public enum FinishedRun {
  /// The sentence about the run that `request` asks for where the same plan has come to its end.
  ///
  /// Nil where there is something to do; nothing is written. Every rank calls it, and all get the
  /// same; throws `Failure` (.launch) when a rank is lost.
  public static func sentence(
    _ request: ResumeRequest,
    _ plan: TrainingPlan,
    in environment: RunEnvironment
  ) throws -> String? {
    let communicator = environment.communicator
    let text = try communicator.together { () throws -> String in
      guard communicator.rank == 0 else { return "" }
      return try sentence(request, plan, images: environment.source.train.count) ?? ""
    }
    let said = try communicator.allGather(text)[0]
    return said.isEmpty ? nil : said
  }

  private static func sentence(
    _ request: ResumeRequest,
    _ plan: TrainingPlan,
    images: Int
  ) throws -> String? {
    let (folder, checkpoints) = (request.folder, CheckpointFolder(ofRun: request.folder))
    let status = try? JSONFile.read(RunStatus.self, from: "\(folder)/\(RunStatus.name)")
    guard request.step == nil, let status, status.state == .done,
      let step = try checkpoints.complete().last, step == status.step,
      // What is wrong with it, going on with it says.
      let manifest = try? CheckpointManifest(contentsOf: checkpoints.manifest(step: step))
    else { return nil }
    let fixed = try CheckpointManifest.Facts.fields(plan)
    let changes = PlanChanges(from: manifest.facts.plan, to: fixed)
    let calendar = RunCalendar(plan, try Horizon(plan, samples: images))
    // What its last start was allowed is no other plan; what is refused, going on with it says.
    let isSame = (try? changes.refuse(folder, except: [])) != nil
    guard isSame, calendar.end(of: manifest.progress) != nil else { return nil }
    return "the run in \(folder) is over: \(step) steps, ended \(status.ended ?? status.updated)."
  }
}
