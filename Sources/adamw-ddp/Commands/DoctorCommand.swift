import ArgumentParser
import Collectives
import Foundation
import Kernels
import MPICollectives
import Tensors
import Training

/// `adamw-ddp doctor`.
struct DoctorCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Show what this node, launcher and BLAS give, and the mpirun line to copy.",
    discussion: "Start it as the training will be started, under mpirun or srun, to see every rank."
  )

  @Option(
    name: .customLong("output"),
    help: ArgumentHelp(
      "a folder for runs: whether it can be written, and is the same on all hosts",
      valueName: "DIR"
    )
  )
  var output: String?

  // Rank 0's counts, like that of train.
  var agreed: KeyValuePairs<String, String> {
    ["--output": output == nil ? "not given" : "given"]
  }

  func run(_ world: World) throws {
    let communicator = world.communicator
    let environment = ProcessInfo.processInfo.environment
    let blasThreads = BLAS.threads
    let placement = try Placement(
      communicator,
      threads: nil,
      pin: true,
      kernels: .auto,
      allowMixedCPU: true
    )
    let masks = try communicator.allGather(placement.mask.map(String.init).joined(separator: ","))
      .map { $0.split(separator: ",").compactMap { Int($0) } }
    let levels = try communicator.allGather(KernelLevel.best.rawValue)
    let shared = try communicator.allGather(Machine.sharedMemory())
    let threads = placement.threadsByRank[communicator.rank]
    let advice = SlowKernels.advice(environment, threads: threads)
    let slow = try communicator.allGather(advice ?? "")
    let online = try communicator.allGather("\(Machine.onlineCores)").compactMap { Int($0) }
    let checks = try HostChecks(world, environment, output: output)
    guard world.leads else { return }
    let found = Found(
      placement: placement,
      masks: masks,
      online: online,
      levels: levels,
      shared: shared,
      slow: slow,
      checks: checks,
      blasThreads: blasThreads
    )
    try Self.show(found, world)
    let launch = LaunchAdvice(
      cores: Machine.wholeCores(
        mask: world.library == "none" ? placement.mask : nil,
        environment,
        quota: ControlGroups().cores?.threads
      ),
      threadsPerCore: Machine.threadsPerCore,
      hosts: Self.unique(communicator.hosts),
      isSlurm: environment["SLURM_JOB_ID"] != nil,
      isRoot: geteuid() == 0,
      mpi: MPIFamily(library: MPIWorld.libraryVersion),
      program: CommandLine.arguments[0]
    )
    for line in launch.lines { try Results.line(line) }
  }

  /// What the ranks have said, an entry a rank.
  private struct Found {
    let placement: Placement
    let masks: [[Int]]
    let online: [Int]
    let levels: [String]
    let shared: [String]
    let slow: [String]
    let checks: HostChecks
    let blasThreads: Int
  }

  private static func unique(_ hosts: [String]) -> [String] {
    hosts.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  private static func show(_ found: Found, _ world: World) throws {
    let (placement, hosts) = (found.placement, world.communicator.hosts)
    let unique = unique(hosts)
    let nodes = unique.count == 1 ? "1 host" : "\(unique.count) hosts"
    try Results.line("adamw-ddp       \(Version.text)")
    try Results.line("ranks           \(hosts.count) on \(nodes)")
    try Results.line("MPI             \(mpi(world))")
    try Results.line("BLAS            \(BLAS.configuration)")
    try Results.line("BLAS core       \(placement.blasCores[0])")
    try Results.line(
      "BLAS threads    \(found.blasThreads) by default; this program sets 1 and has its own threads"
    )
    try Results.line("kernel level    \(placement.level.rawValue)")
    for host in unique {
      let rank = hosts.firstIndex(of: host) ?? 0
      try Results.line(
        "shared memory   \(found.shared[rank])\(unique.count > 1 ? " on \(host)" : "")"
      )
    }
    for line in found.checks.lines { try Results.line(line) }
    try Results.line("")
    let rows = (0..<hosts.count).map { rank in
      [
        "\(rank)", hosts[rank], Machine.ranges(found.masks[rank]),
        "\(placement.threadsByRank[rank])",
        found.levels[rank], placement.blasCores[rank],
      ]
    }
    let titles = ["rank", "host", "cores", "threads", "kernels", "BLAS core"]
    for line in TextTable.lines([titles] + rows) { try Results.line(line) }
    try Results.line("")
    let notes = SharedCores.notes(
      hosts: hosts,
      masks: found.masks,
      threads: placement.threadsByRank,
      online: found.online
    )
    let warnings = warnings(placement, hosts, found.slow)
    let others = found.checks.warnings.map { "WARNING: \($0)" }
    for line in warnings + others + notes { try Results.line(line) }
  }

  private static func mpi(_ world: World) -> String {
    // Name and version; the rest is of the package's making.
    world.library == "none"
      ? "not used: no launcher started this process" : "\(world.library.prefix { $0 != "," })"
  }

  private static func warnings(
    _ placement: Placement,
    _ hosts: [String],
    _ slow: [String]
  ) -> [String] {
    var lines = placement.notes.map { "note: \($0)" }
    if let rank = slow.firstIndex(where: { !$0.isEmpty }) {
      lines.append("WARNING: on \(hosts[rank]) \(slow[rank])")
    }
    if Set(placement.blasCores).count > 1 {
      lines.append(
        "WARNING: OpenBLAS's kernels differ between ranks, which training refuses: set "
          + "OPENBLAS_CORETYPE alike on all hosts, or add --allow-mixed-cpu."
      )
    }
    return lines
  }
}
