import ArgumentParser
import Logging
import Plans
import Tensors
import Training

/// `adamw-ddp replay`.
struct ReplayCommand: RankCommand, FieldTaker {
  static let command = PlanField.Commands.replay
  static let takesDefaults = false
  static let showsAll = true

  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Compute a stretch of a run again and compare the digests of its states.",
    discussion: """
      Begins at one of the run's checkpoints, on any number of ranks, and
      compares every digest that the run has logged in digests.csv; without
      a checkpoint it begins at the first step. Writes nothing; the run may
      go on meanwhile. Ends with 0 where all digests agree, with 70 where one
      does not.
      Where the run went on with another plan one replay does not go over
      that step.
      """
  )

  @Argument(help: ArgumentHelp("a run folder", valueName: "RUN"))
  var path: String
  @Option(
    name: .customLong("from"),
    parsing: .unconditional,
    help: ArgumentHelp(
      "begin at the newest checkpoint of at most so many steps; 0: at the run's beginning "
        + "(default: the oldest checkpoint)",
      valueName: "STEP"
    )
  )
  var from: Int?
  @Option(
    name: .customLong("to"),
    parsing: .unconditional,
    help: ArgumentHelp("end after so many steps (default: the last digest's)", valueName: "STEP")
  )
  var to: Int?
  @OptionGroup var options: PlanOptions<ReplayCommand>
  @Flag(name: .customLong("json"), help: "print one JSON object on stdout")
  var json = false

  var agreed: KeyValuePairs<String, String> {
    [
      "RUN": path, "--from": from.map(String.init) ?? "not given",
      "--to": to.map(String.init) ?? "not given",
    ]
  }

  func validate() throws {
    for (flag, step) in [("from", from), ("to", to)] {
      if let step, step < 0 {
        throw ValidationError("--\(flag) \(step): expected an integer of at least 0.")
      }
    }
  }

  func run(_ world: World) throws {
    // The plan's own fields read and check the values.
    var plan = TrainingPlan()
    try plan.overlay(options.settings)
    func given<T>(_ flag: String, _ value: T) -> T? {
      options.settings.contains { $0.flag == flag } ? value : nil
    }
    let result = try Replay.execute(
      ReplayRequest(
        run: path,
        from: from,
        to: to,
        data: given("data", plan.data),
        threads: plan.threads,
        noPin: plan.noPin,
        kernels: given("kernels", plan.kernels),
        allowMixedCPU: plan.allowMixedCPU
      ),
      world.communicator,
      console: ReplayDisplay(of: path)
    )
    if world.leads {
      for warning in result.warnings { Console.logger(.warning).warning("\(warning)") }
      if json {
        try Results.line(try JSONText.line(result))
      } else if result.agrees {
        let place = "\(result.ranks) \(result.ranks == 1 ? "rank" : "ranks")"
        try Results.line("\(result.sentence)  (\(place), \(significant(result.seconds)) s)")
      }
    }
    if !result.agrees { throw Failure(.diverged, result.sentence, isAgreed: true) }
  }
}
