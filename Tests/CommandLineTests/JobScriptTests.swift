import Foundation
import TestSupport
import Testing

/// What the job scripts give mpirun and what they do when it ends, by a stand-in for it and for the
/// scheduler's programs.
///
/// What a cluster sets is made up here; `Tests/clusters` runs the scripts under real schedulers.
@Suite(.enabled(if: findProgram("bash") != nil, "bash is not in the PATH"))
struct JobScriptTests {
  /// A scheduler: its script and the variables of its job 77, which is called "mine".
  struct Scheduler: Sendable, CustomTestStringConvertible {
    let name: String
    let folderVariable: String
    let variables: [String: String]
    let threads: String
    /// Whether mpirun is to find the hosts in a file.
    let hasHostfile: Bool
    /// How it starts the job again.
    let again: String

    var testDescription: String { name }
  }

  static let slurm = Scheduler(
    name: "slurm",
    folderVariable: "SLURM_SUBMIT_DIR",
    variables: [
      "SLURM_JOB_ID": "77", "SLURM_JOB_NAME": "mine", "SLURM_JOB_NUM_NODES": "2",
      "SLURM_NTASKS_PER_NODE": "2", "SLURM_CPUS_PER_TASK": "12",
    ],
    threads: "12",
    hasHostfile: false,
    again: "scontrol requeue 77"
  )
  static let pbs = Scheduler(
    name: "pbs",
    folderVariable: "PBS_O_WORKDIR",
    variables: ["PBS_JOBID": "77.server", "PBS_JOBNAME": "mine"],
    threads: "16",
    hasHostfile: true,
    again: "qsub -N mine -v DATA,ARGS "
  )
  static let sge = Scheduler(
    name: "sge",
    folderVariable: "SGE_O_WORKDIR",
    variables: ["JOB_ID": "77", "JOB_NAME": "mine", "NSLOTS": "64", "NHOSTS": "2"],
    threads: "16",
    hasHostfile: false,
    again: "qresub 77"
  )

  private let place: JobPlace

  init() throws { place = try JobPlace() }

  private func submit(
    _ scheduler: Scheduler,
    _ arguments: [String] = [],
    _ environment: [String: String] = [:]
  ) throws -> Spawned {
    var variables = scheduler.variables.merging(environment) { $1 }
    variables[scheduler.folderVariable] = place.path
    return try place.run("launch/\(scheduler.name).sh", arguments, variables)
  }

  /// The words that mpirun was given.
  private func words(
    _ scheduler: Scheduler,
    _ arguments: [String] = [],
    _ environment: [String: String] = [:]
  ) throws -> [String] {
    let job = try submit(scheduler, arguments, environment)
    #expect(job.status == 0, "\(job.stderr)")
    return try place.lines(of: "words")
  }

  /// The words from the program's name on.
  private func command(_ words: [String]) -> [String] { Array(words.drop { $0 != "adamw-ddp" }) }

  /// Where and how wide it runs and where it leaves its files, and nothing of what is trained.
  @Test(arguments: [slurm, pbs, sge])
  func passPlacementAndOutputOnly(scheduler: Scheduler) throws {
    let words = try words(scheduler)
    var start = Array(words.prefix { $0 != "adamw-ddp" })
    if scheduler.hasHostfile {
      start.removeFirst(2)
      #expect(try place.lines(of: "words.hosts") == ["n1 slots=2", "n2 slots=2"])
    }
    let placement = ["--map-by", "ppr:1:numa:PE=\(scheduler.threads)", "--bind-to", "core"]
    #expect(start == placement)
    let own = ["--threads", scheduler.threads, "--output", place.run, "--resume", "auto"]
    #expect(command(words) == ["adamw-ddp", "train"] + own)
  }

  /// The user's words come last, so that they win, and whole.
  @Test(arguments: [
    ["--preset", "paper-cifar10-1800-64d-adamw"], ["--config", "my plan.yaml", "--lr", "-1"],
    ["--threads", "3", "--output", "elsewhere"],
  ])
  func passWhatTheUserGives(arguments: [String]) throws {
    for scheduler in [Self.slurm, Self.pbs, Self.sge] {
      #expect(
        try words(scheduler, arguments).suffix(arguments.count + 1).dropFirst() == arguments[...]
      )
    }
    let quoted = arguments.map { "'\($0)'" }.joined(separator: " ")
    #expect(
      try command(words(Self.pbs, [], ["ARGS": quoted])) == command(words(Self.pbs, arguments))
    )
  }

  @Test func aListWithCommasComesThroughTheVariable() throws {
    let words = try words(Self.pbs, ["--seed", "7"], ["ARGS": "--opt-betas 0.8,0.99"])
    #expect(words.suffix(4) == ["--opt-betas", "0.8,0.99", "--seed", "7"])
  }

  @Test(arguments: [slurm, pbs, sge])
  func dataComeFromTheVariable(scheduler: Scheduler) throws {
    let words = try words(scheduler, ["--epochs", "3"], ["DATA": "/shared/my images"])
    #expect(words.suffix(4) == ["--data", "/shared/my images", "--epochs", "3"])
  }

  /// What the run says decides, not mpirun's code; a warning brings the job back, nothing else does.
  @Test(arguments: [
    ("finish", 0, 0, "done", false), ("finish", 3, 0, "done", false),
    ("warned", 0, 0, "again", true), ("stop", 0, 0, "stopped", false),
    ("ended", 1, 0, "stopped", false), ("vanish", 0, 69, "lost", false),
    ("vanish", 137, 137, "lost", false), ("diverge", 70, 70, "lost", false),
    ("refuse", 64, 64, "lost", false),
  ])
  func theRunSaysHowItEnded(
    outcome: String,
    mpirun: Int,
    code: Int32,
    state: String,
    returns: Bool
  ) throws {
    for scheduler in [Self.slurm, Self.pbs, Self.sge] {
      try place.forget()
      let job = try submit(
        scheduler,
        ["--seed", "1"],
        ["OUTCOME": outcome, "CODE": "\(mpirun)", "ARGS": "--lr '-1'"]
      )
      #expect(
        job.status == code && job.stderr.hasSuffix(": \(state)\n") != returns,
        "\(job.stderr)"
      )
      let orders = try place.lines(of: "orders")
      #expect(orders.count == (returns ? 1 : 0), "\(orders)")
      if returns { #expect(orders[0].hasPrefix(scheduler.again)) }
    }
  }

  /// A job that PBS is given again has all arguments in the variable.
  @Test func argumentsGoOnToTheNextJob() throws {
    _ = try submit(Self.pbs, ["--config", "my plan"], ["OUTCOME": "warned", "ARGS": "--lr '-1'"])
    let next = try #require(try place.lines(of: "arguments").first)
    try place.forget()
    let words = try words(Self.pbs, [], ["ARGS": next])
    #expect(words.suffix(4) == ["--lr", "-1", "--config", "my plan"])
  }

  /// What an earlier job has left says nothing of one that did not begin.
  @Test(arguments: [("stopped", 64, 64), ("done", 64, 64), ("done", 0, 0)])
  func anOldStatusDoesNotCount(state: String, mpirun: Int, code: Int32) throws {
    try place.write(status: state)
    let job = try submit(Self.slurm, [], ["OUTCOME": "refuse", "CODE": "\(mpirun)"])
    let orders = try place.lines(of: "orders")
    #expect(job.status == code && orders == [], "\(job.stderr)")
  }

  @Test func aLinkOfAChainDoesNotComeBack() throws {
    let job = try submit(Self.slurm, [], ["OUTCOME": "warned", "CHAIN": "yes"])
    let orders = try place.lines(of: "orders")
    #expect(job.status == 0 && orders == [], "\(job.stderr)")
    let links = try place.run(
      "launch/slurm-chain.sh",
      ["3", "--job-name=x", "launch/slurm.sh"],
      [:]
    )
    #expect(links.status == 0)
    let link = "sbatch --dependency=singleton --job-name=x launch/slurm.sh"
    #expect(try place.lines(of: "orders") == [link, link, link])
    #expect(try place.run("launch/slurm-chain.sh", ["--job-name=x"], [:]).status == 64)
  }

  /// Where a job cannot come back, somebody must hear of it.
  @Test(arguments: [slurm, sge])
  func aRefusedReturnIsAnError(scheduler: Scheduler) throws {
    #expect(try submit(scheduler, [], ["OUTCOME": "warned", "REFUSE": "1"]).status == 69)
  }

  /// Slurm may warn again while the job goes back, and before a run of it begins.
  @Test func aWarningThatNoRunHearsIsRemembered() throws {
    let job = try submit(Self.slurm, [], ["OUTCOME": "warned", "SIGNAL": "yes"])
    #expect(job.status == 0, "\(job.stderr)")
    #expect(try place.lines(of: "orders") == ["scontrol requeue 77"])
    for (signal, state) in [("USR1", "again"), ("USR2", "again"), ("TERM", "stopped")] {
      let early = try place.run(
        "source launch/job.sh; kill -\(signal) $$; job_run runs/mine touch begun; echo $job_state $job_code",
        [],
        [:]
      )
      #expect(early.stdout == "\(state) 0\n", "\(early.stderr)")
    }
    #expect(!FileManager.default.fileExists(atPath: place.path + "/begun"))
  }

  /// Its pause is a second.
  @Test func aGuardOfNoMinutesEndsNothing() throws {
    let job = try place.run(
      "source launch/job.sh; job_run runs/mine bash -c 'trap : USR1; sleep 1.3; sleep 1.3'",
      [],
      ["GUARD_MINUTES": "0", "JOB_SECONDS": "1"]
    )
    #expect(
      job.stderr.contains("USR2: the run saves") && !job.stderr.contains("no sign of life"),
      "\(job.stderr)"
    )
  }

  @Test func nothingButSparesIsRefused() throws {
    var variables = Self.slurm.variables.merging(["SLURM_SUBMIT_DIR": place.path]) { $1 }
    variables["SLURM_JOB_NUM_NODES"] = "1"
    let job = try place.run("launch/slurm-spare.sh", [], variables)
    #expect(job.status == 64 && job.stderr.contains("SPARES"), "\(job.stderr)")
  }

  /// qdel warns, too.
  @Test func aDeletedJobDoesNotComeBack() throws {
    let job = try submit(Self.sge, [], ["OUTCOME": "warned", "QSTAT": "77 0.5 mine root dr"])
    let orders = try place.lines(of: "orders")
    #expect(job.status == 0 && orders == [], "\(job.stderr)")
  }

  /// A run that says nothing for too long is ended, mpirun with all it has started.
  @Test func theGuardEndsWhatHangs() throws {
    let job = try submit(Self.slurm, [], ["OUTCOME": "hang", "GUARD_MINUTES": "0.01"])
    #expect(job.status == 69 && job.stderr.contains("no sign of life"), "\(job.stderr)")
    let children = try place.lines(of: "children")
    func haveEnded() -> Bool {
      children.allSatisfy { !FileManager.default.fileExists(atPath: "/proc/\($0)") }
    }
    // Who has inherited them takes their end up when it can.
    for _ in 0..<100 where !haveEnded() { usleep(100_000) }
    #expect(haveEnded())
  }

  /// A script that would leave arguments unread says so before it builds anything.
  @Test(arguments: [("quickstart", "--epochs"), ("install", "--help")])
  func otherScriptsRefuseFlags(name: String, flag: String) throws {
    let job = try spawn(
      try #require(findProgram("bash")),
      ["\(JobPlace.repository)/launch/\(name).sh", flag],
      environment: ["PATH": "/nowhere"],
      seconds: 10
    )
    #expect(job.status == 64 && job.stderr.hasPrefix("\(name): "), "\(job.stderr)")
  }
}
