import ArgumentParser
import Datasets
import Logging
import Plans
import Tensors

/// Images that a command goes through once, and the threads that do it.
struct DataOptions<Command: FieldTaker>: ParsableArguments {
  @Argument(
    help: ArgumentHelp("a folder or file as for --data, or 'synthetic'", valueName: "PATH")
  )
  var path: String
  @OptionGroup var options: PlanOptions<Command>

  /// What was opened.
  struct Opened {
    let plan: TrainingPlan
    let source: DataSource
    let team: ThreadTeam
  }

  /// Opens them, and says what there is to say of them; throws as `openDataSource` does.
  func open() throws -> Opened {
    var plan = TrainingPlan()
    plan.data = path
    try plan.overlay(options.settings)
    let cores = min(affinityMask().count, ControlGroups().cores?.threads ?? .max)
    let team = try ThreadTeam.start(size: plan.threads ?? cores)
    var request = plan.dataRequest
    request.isEvaluated = false
    request.pictureMemory = nil
    let source = try openDataSource(request, team: team)
    for note in source.notes { Console.logger(.warning).warning("\(note)") }
    return Opened(plan: plan, source: source, team: team)
  }
}
