import Foundation
import TestSupport
import Testing

/// What the job scripts give mpirun, by a stand-in for it that writes its words down.
///
/// What a cluster sets is made up here; what its Open MPI makes of the words is not looked at.
@Suite(.enabled(if: findProgram("bash") != nil, "bash is not in the PATH"))
struct JobScriptTests {
  /// A scheduler: its script, its variables and the name of its job 77's folder.
  struct Scheduler: Sendable, CustomTestStringConvertible {
    let name: String
    let folderVariable: String
    let variables: [String: String]
    /// Where mpirun is to start how many ranks.
    let placement: [String]

    var testDescription: String { name }
    var run: String { "/runs/\(name)-77" }
  }

  static let slurm = Scheduler(
    name: "slurm",
    folderVariable: "SLURM_SUBMIT_DIR",
    variables: [
      "SLURM_JOB_ID": "77", "SLURM_NTASKS_PER_NODE": "2", "SLURM_CPUS_PER_TASK": "12",
    ],
    placement: ["--map-by", "ppr:2:node:PE=12", "--bind-to", "core"]
  )
  static let pbs = Scheduler(
    name: "pbs",
    folderVariable: "PBS_O_WORKDIR",
    variables: ["PBS_JOBID": "77.server"],
    placement: ["--hostfile", "HOSTS", "--map-by", "ppr:2:node:PE=16", "--bind-to", "core"]
  )

  private let place: TemporaryFolder

  init() throws {
    place = try TemporaryFolder()
    let mpirun = """
      #!/bin/bash
      printf '%s\\n' "$@" >"$WORDS"
      if [[ $1 == --hostfile ]]; then cp "$2" "$WORDS.hosts"; fi
      """
    try place.write(Array(mpirun.utf8), to: "bin/mpirun")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755],
      ofItemAtPath: place.path(of: "bin/mpirun")
    )
    // As PBS and as Torque write it: a node for every rank or core.
    try place.write(Array("n1\nn1\nn2\nn2\n".utf8), to: "nodes")
  }

  /// Submits the script from the folder and returns the words that mpirun was given.
  private func words(
    _ scheduler: Scheduler,
    _ arguments: [String] = [],
    _ environment: [String: String] = [:]
  ) throws -> [String] {
    let launch = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "launch/\(scheduler.name).sh").path
    var variables = scheduler.variables.merging(environment) { $1 }
    variables[scheduler.folderVariable] = place.path
    variables["PBS_NODEFILE"] = place.path(of: "nodes")
    variables["WORDS"] = place.path(of: "words")
    variables["PATH"] =
      place.path(of: "bin") + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
    let job = try spawn(
      try #require(findProgram("bash")),
      [launch] + arguments,
      environment: variables.merging(["HOME": place.path]) { $1 }
    )
    #expect(job.status == 0 && job.stderr == "", "\(job.stderr)")
    return try String(contentsOfFile: place.path(of: "words"), encoding: .utf8)
      .split(separator: "\n").map(String.init)
  }

  /// The words from the program's name on.
  private func command(_ words: [String]) -> [String] { Array(words.drop { $0 != "adamw-ddp" }) }

  /// Where and how wide it runs and where it leaves its files, and nothing of what is trained.
  @Test(arguments: [slurm, pbs])
  func passPlacementAndOutputOnly(scheduler: Scheduler) throws {
    let words = try words(scheduler)
    let threads = scheduler.name == "slurm" ? "12" : "16"
    let start = words.prefix { $0 != "adamw-ddp" }.enumerated()
      .map { $0 == 1 && scheduler.name == "pbs" ? "HOSTS" : $1 }
    #expect(start == scheduler.placement)
    let output = place.path + scheduler.run
    #expect(
      command(words) == ["adamw-ddp", "train", "--threads", threads, "--output", output]
    )
    if scheduler.name == "pbs" {
      let hosts = try String(contentsOfFile: place.path(of: "words.hosts"), encoding: .utf8)
      #expect(hosts == "n1 slots=2\nn2 slots=2\n")
    }
  }

  /// The user's words come last, so that they win, and whole.
  @Test(arguments: [
    ["--preset", "paper-cifar10-1800-64d-adamw"], ["--config", "my plan.yaml", "--lr", "-1"],
    ["--threads", "3", "--output", "elsewhere"],
  ])
  func passWhatTheUserGives(arguments: [String]) throws {
    #expect(
      try words(Self.slurm, arguments).suffix(arguments.count + 1).dropFirst() == arguments[...]
    )
    #expect(
      try words(Self.pbs, arguments).suffix(arguments.count + 1).dropFirst() == arguments[...]
    )
    let quoted = arguments.map { "'\($0)'" }.joined(separator: " ")
    #expect(
      try command(words(Self.pbs, [], ["ARGS": quoted])) == command(words(Self.pbs, arguments))
    )
  }

  @Test func aListWithCommasComesThroughTheVariable() throws {
    let words = try words(Self.pbs, ["--seed", "7"], ["ARGS": "--opt-betas 0.8,0.99"])
    #expect(words.suffix(4) == ["--opt-betas", "0.8,0.99", "--seed", "7"])
  }

  @Test(arguments: [slurm, pbs])
  func dataComeFromTheVariable(scheduler: Scheduler) throws {
    let words = try words(scheduler, ["--epochs", "3"], ["DATA": "/shared/my images"])
    #expect(words.suffix(4) == ["--data", "/shared/my images", "--epochs", "3"])
  }

  /// A folder that holds a run would be refused.
  @Test(arguments: [slurm, pbs])
  func aJobThatRunsAgainHasAFolderOfItsOwn(scheduler: Scheduler) throws {
    for suffix in ["", "-2", "-3"] {
      let output = place.path + scheduler.run + suffix
      #expect(try words(scheduler).last == output)
      try place.write([], to: String(scheduler.run.dropFirst()) + suffix + "/plan.yaml")
    }
  }

  /// A script that would leave arguments unread says so before it builds anything.
  @Test(arguments: [("quickstart", "--epochs"), ("install", "--help")])
  func otherScriptsRefuseFlags(name: String, flag: String) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    let job = try spawn(
      try #require(findProgram("bash")),
      ["\(root)/launch/\(name).sh", flag],
      environment: ["PATH": "/nowhere"],
      seconds: 10
    )
    #expect(job.status == 64 && job.stderr.hasPrefix("\(name): "), "\(job.stderr)")
  }
}
