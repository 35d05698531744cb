import Foundation
import TestSupport
import Testing

/// A folder from which jobs are submitted, on a machine of two sockets with 16 cores each, with
/// stand-ins for mpirun and the schedulers' programs that write down what they were told.
struct JobPlace {
  /// The root of this repository.
  static let repository = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  private let folder: TemporaryFolder

  /// Where the jobs are submitted.
  var path: String { folder.path }
  /// The run folder of the job "mine".
  var run: String { folder.path(of: "runs/mine") }

  init() throws {
    folder = try TemporaryFolder()
    try add("mpirun", Self.mpirun)
    try add("lscpu", "for core in {0..31}; do echo $core,$((core / 16)),$((core / 16)); done")
    try add("nproc", "[[ $1 == --all ]] && echo 32 || echo \"${OMP_NUM_THREADS:-32}\"")
    for name in ["scontrol", "sbatch", "qresub"] {
      try add(
        name,
        "echo \"\(name) $*\" >>\"$PLACE/orders\"; [[ ! ${SIGNAL:-} ]] || kill -USR1 $PPID; exit \"${REFUSE:-0}\""
      )
    }
    try add(
      "qsub",
      "echo \"qsub $*\" >>\"$PLACE/orders\"; echo \"$ARGS\" >\"$PLACE/arguments\"; echo 78.server"
    )
    // The long one is what Slurm would end.
    try add("sleep", "[[ $1 == 300 ]] || exec /bin/sleep \"$@\"")
    try add("qstat", "echo \"${QSTAT:-77 0.5 mine root r}\"")
    // As PBS and as Torque write it: a node for every rank or core.
    try folder.write(Array("n1\nn1\nn2\nn2\n".utf8), to: "nodes")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path(of: "launch"),
      withDestinationPath: Self.repository + "/launch"
    )
  }

  /// Does what a run does that ends as OUTCOME says, with CODE; its parent is the job's script.
  private static let mpirun = """
    if [[ $1 == --version ]]; then echo "${VERSION:-mpirun (Open MPI) 4.1.4}" && exit; fi
    printf '%s\\n' "$@" >"$PLACE/words"
    env >"$PLACE/variables"
    for word; do
      case $last in
        --hostfile | -f) cp "$word" "$PLACE/words.hosts" ;;
        --output) run=$PLACE/runs/mine ;;
      esac
      last=$word
    done
    say() {
      mkdir -p "$run"
      printf '{\\n  "state" : "%s",\\n  "updated" : "%s"\\n}\\n' \\
        "$1" "$(date -u +%FT%TZ)" >"$run/status.json"
    }
    warned() {
      say running
      trap 'say stopped; exit "${CODE:-0}"' USR1
      kill "-$1" "$PPID"
      for try in {1..100}; do sleep 0.05; done
    }
    case ${OUTCOME:-finish} in
      finish) say done ;;
      warned) warned USR1 ;;
      ended) warned TERM ;;
      stop) say stopped ;;
      vanish) say running ;;
      diverge) say diverged ;;
      refuse) ;;
      hang)
        say running
        sleep 50 &
        echo $! >"$PLACE/children"
        wait
        ;;
    esac
    exit "${CODE:-0}"
    """

  private func add(_ name: String, _ script: String) throws {
    try folder.write(Array("#!/bin/bash\n\(script)\n".utf8), to: "stand-ins/\(name)")
  }

  /// Runs a script of the repository, or words for bash, where nothing of this machine's MPI is set.
  func run(
    _ script: String,
    _ arguments: [String],
    _ variables: [String: String]
  ) throws -> Spawned {
    var all: [String: String?] = variables
    all["PLACE"] = path
    all["HOME"] = path
    all["PBS_NODEFILE"] = folder.path(of: "nodes")
    all["PATH"] = folder.path(of: "bin") + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
    for name in ProcessInfo.processInfo.environment.keys where name.contains("_MCA_") {
      all.updateValue(nil, forKey: name)
    }
    // Programs are copied in the child: what this process has open for writing while it starts
    // another cannot be run.
    let command = script.contains(" ") ? script : "exec bash \(script) \"$@\""
    return try spawn(
      try #require(findProgram("bash")),
      ["-c", "cd '\(path)' && install -D -t bin stand-ins/* && { \(command); }", "test"]
        + arguments,
      environment: all,
      seconds: 60
    )
  }

  /// What a stand-in wrote down; no lines where it was not called.
  func lines(of file: String) throws -> [String] {
    guard FileManager.default.fileExists(atPath: folder.path(of: file)) else { return [] }
    return try String(contentsOfFile: folder.path(of: file), encoding: .utf8)
      .split(separator: "\n").map(String.init)
  }

  /// Leaves a run that is as `state` says.
  func write(status state: String) throws {
    let text = "{\n  \"state\" : \"\(state)\",\n  \"updated\" : \"2026-01-01T00:00:00Z\"\n}\n"
    try folder.write(Array(text.utf8), to: "runs/mine/status.json")
  }

  /// Removes what jobs have left.
  func forget() throws {
    for name in ["runs", "orders", "words", "arguments"] {
      try? FileManager.default.removeItem(atPath: folder.path(of: name))
    }
  }
}
