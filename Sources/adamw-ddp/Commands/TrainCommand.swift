import ArgumentParser
import Collectives
import Foundation
import Plans
import Runs
import Tensors
import Training

/// `adamw-ddp train`, the default command.
struct TrainCommand: RankCommand, FieldTaker {
  static let command = PlanField.Commands.train

  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a network (the default command).",
    discussion: """
      mpirun -n R adamw-ddp train ... shares the work among R ranks.
      Flags win over --config, which wins over --preset and that over defaults.
      The run folder gets model.safetensors, metrics.csv, metrics.jsonl,
      digests.csv, plan.yaml, run.json and status.json; with --ema
      model-ema.safetensors, with --save-best best.safetensors, with
      warm restarts snapshots/.
      Ctrl-C stops a run after its step, a second one at once. Under mpirun
      use a file named stop in the run folder, or USR1 to mpirun.
      """
  )

  @OptionGroup(title: "Plan") var source: PlanSourceOptions
  @OptionGroup(title: "Going on") var going: ResumeOptions
  @OptionGroup var options: PlanOptions<TrainCommand>

  @Flag(
    name: .customLong("print-plan"),
    help: "print the plan as YAML and stop; data are opened, and what training refuses is refused"
  )
  var printPlan = false
  @Flag(
    name: .customLong("requeue-exit-code"),
    help: ArgumentHelp(
      "exit with \(ExitReason.requeue) where the run was asked to stop, for schedulers that start "
        + "such a job again",
      visibility: .hidden
    )
  )
  var requeueExitCode = false
  @Flag(name: .customLong("json"), help: "end with one JSON object on stdout")
  var json = false
  @Flag(name: .customLong("quiet"), help: "say nothing but warnings and errors")
  var quiet = false

  // The streams are rank 0's alone.
  var agreed: KeyValuePairs<String, String> {
    [
      "--print-plan": "\(printPlan)", "--requeue-exit-code": "\(requeueExitCode)",
      "--resume": going.resume ?? "not given",
      "--allow-plan-change": going.allowedChanges.joined(separator: " "),
    ]
  }

  func run(_ world: World) throws {
    let stop = printPlan ? StopRequest() : StopSignals.take()
    // Together: a --config that only some hosts can read is one error.
    let (plan, resume) = try world.communicator.together {
      let (chosen, resume) = try going.plan(source, options.settings)
      try refuseRanks(world.communicator.size, chosen, resume)
      try chosen.validate(ranks: world.communicator.size)
      return (chosen, resume)
    }
    let environment = try RunEnvironment(plan, world.communicator)
    if printPlan {
      try TrainingRun.admit(plan, in: environment)
      if world.leads { try Results.write(try PlanFile.yaml(try plan.resolved)) }
      return
    }
    if let resume, let over = try FinishedRun.sentence(resume, plan, in: environment) {
      if world.leads && !quiet { Console.line(over) }
      return
    }
    let console = RunDisplay(plan, quiet: quiet, library: world.library)
    let run = try TrainingRun(
      plan,
      in: environment,
      launch: RunRecord.Launch(
        version: Version.text,
        mpi: world.library,
        revision: BuildRevision.text ?? "unknown",
        command: CommandLine.arguments
      ),
      stop: stop,
      console: console,
      resume: resume
    )
    let notes = try SharedMemory.notes(world, ProcessInfo.processInfo.environment)
    if world.leads { for note in notes { console.warn(note) } }
    let summary = try run.execute()
    if world.leads {
      if json {
        if !quiet { console.sayHowToGoOn(summary) }
        try Results.line(try JSONText.line(summary))
      } else if !quiet {
        console.summarize(summary)
      }
    }
    if summary.state == .stopped && requeueExitCode {
      world.finish(with: ExitReason.requeue)
    }
    if summary.state == .diverged { throw diverged(summary, plan) }
  }

  /// What is said of a run that has diverged, and how it may go on.
  private func diverged(_ summary: RunSummary, _ plan: TrainingPlan) -> Failure {
    let run = resumeWord(summary.output)
    let skips = plan.onNonFinite == .skip
    var remedies = "try a smaller --lr or --warmup-epochs"
    if let step = summary.checkpoint {
      remedies +=
        skips
        ? "; the last checkpoint is that after step \(step) of \(run)"
        : ", or --resume \(run) --on-nonfinite skip, which goes on from the checkpoint after step "
          + "\(step)"
    } else if !skips {
      remedies += " or --on-nonfinite skip"
    }
    return Failure(
      .diverged,
      "training diverged: \(summary.message ?? "a loss is not finite"); \(remedies).",
      isAgreed: true
    )
  }

  /// Throws a usage failure for more ranks than a run has lanes that goes on, and so keeps them.
  private func refuseRanks(_ ranks: Int, _ plan: TrainingPlan, _ resume: ResumeRequest?) throws {
    guard ranks > plan.lanes, let resume,
      try !resume.mayBegin || !CheckpointFolder(ofRun: resume.folder).complete().isEmpty
    else { return }
    throw Failure(
      .usage,
      "\(ranks) ranks cannot share the \(plan.lanes) lanes that the run in \(resume.folder) keeps: start "
        + "at most \(plan.lanes)."
    )
  }
}
