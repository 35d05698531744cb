import ArgumentParser
import Plans
import Runs
import Tensors
import Training

/// Whether a run goes on with another.
struct ResumeOptions: ParsableArguments {
  @Option(
    name: .customLong("resume"),
    parsing: .unconditional,
    help: ArgumentHelp(
      "auto: go on with the run in --output, where there is one; RUN (or a checkpoint in it): go on "
        + "with that one and its plan",
      valueName: "auto|RUN"
    )
  )
  var resume: String?
  @Option(
    name: .customLong("allow-plan-change"),
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "let a run that goes on have another value of this flag, which decides what is trained",
      valueName: "FLAG",
      visibility: .hidden
    )
  )
  var allowedChanges: [String] = []

  /// The plan and what it goes on with; without --resume the plan alone.
  ///
  /// Throws `Failure`: .usage for flags that do not go together, .data for a run that is not there.
  func plan(
    _ source: PlanSourceOptions,
    _ settings: [(flag: String, text: String)]
  ) throws -> (plan: TrainingPlan, request: ResumeRequest?) {
    guard let resume else {
      if let flag = allowedChanges.first {
        throw Failure(
          .usage,
          "--allow-plan-change \(flag) is for a run that goes on: add --resume."
        )
      }
      return (try source.plan(settings), nil)
    }
    let names = try allowedChanges.map { try Self.flag($0) }
    guard resume != "auto" else { return try auto(source, settings, names) }
    if resume.isEmpty { throw Failure(.usage, "--resume '': expected auto or a run folder.") }
    let (folder, step) = Self.place(resume)
    if source.isGiven {
      throw Failure(
        .usage,
        "--resume \(resume) takes the run's own plan: leave out --preset and --config, or say "
          + "--resume auto --output \(folder)."
      )
    }
    try RunFolder.refuseNone(folder, "--resume \(resume): ")
    var plan = TrainingPlan()
    try PlanFile.apply(record: folder, to: &plan)
    let before = plan
    try plan.overlay(settings)
    // First: what follows from it would be refused in the name of flags that nobody gave.
    for field in PlanField.all where field.neverChangesOnResume {
      if let old = field.get(before), let new = field.get(plan), old != new {
        throw Failure(
          .usage,
          "--\(field.flag) \(new): the run in \(folder) was trained with \(old), and its state goes "
            + "with no other: leave it out, or begin a new run."
        )
      }
    }
    if plan.overwrite { throw Self.overwriting }
    if let output = plan.output, Paths.components(output) != Paths.components(folder) {
      throw Failure(
        .usage,
        "--output \(output): --resume \(resume) goes on in that run's folder."
      )
    }
    plan.output = folder
    let request = ResumeRequest(
      folder: folder,
      step: step,
      mayBegin: false,
      allowedChanges: Set(names)
    )
    return (plan, request)
  }

  private func auto(
    _ source: PlanSourceOptions,
    _ settings: [(flag: String, text: String)],
    _ names: [String]
  ) throws -> (plan: TrainingPlan, request: ResumeRequest?) {
    let plan = try source.plan(settings)
    if plan.overwrite { throw Self.overwriting }
    guard let folder = plan.output else {
      throw Failure(
        .usage,
        "--resume auto needs --output: without it every start gets a folder of its own."
      )
    }
    let request = ResumeRequest(
      folder: folder,
      step: nil,
      mayBegin: true,
      allowedChanges: Set(names)
    )
    return (plan, request)
  }

  private static var overwriting: Failure {
    Failure(.usage, "--overwrite takes away what --resume would go on with: give one of them.")
  }

  /// The flag of the plan of that name, with dashes or without.
  private static func flag(_ name: String) throws -> String {
    let flag = name.hasPrefix("--") ? String(name.dropFirst(2)) : name
    guard let field = PlanField.named(flag) else {
      let meant = PlanField.all.map(\.flag).suggestion(for: flag)
      throw Failure(.usage, "--allow-plan-change \(name): there is no flag --\(flag)\(meant).")
    }
    if field.neverChangesOnResume {
      throw Failure(
        .usage,
        "--allow-plan-change \(name): the state of a run goes with no other --\(flag): begin a new run."
      )
    }
    if field.mayChangeOnResume {
      throw Failure(
        .usage,
        "--allow-plan-change \(name): --\(flag) may change without being allowed to."
      )
    }
    return flag
  }

  /// The run folder that a path means, and the step of the checkpoint where it names one or its
  /// manifest.
  private static func place(_ path: String) -> (folder: String, step: Int?) {
    var folder = path
    while folder.utf8.count > 1, folder.hasSuffix("/") { folder.removeLast() }
    func last(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }
    if last(folder) == CheckpointManifest.name { folder = Paths.parent(of: folder) }
    // Seen from inside, a checkpoint has not all of its names in its path.
    for path in [folder, Paths.resolved(folder)] {
      let above = Paths.parent(of: path)
      if let step = CheckpointFolder.step(of: last(path)), last(above) == CheckpointFolder.name {
        return (Paths.parent(of: above), step)
      }
    }
    return (folder, nil)
  }
}
