import Plans

/// The command line that uses the nodes of a job well.
package struct LaunchAdvice {
  /// Whole cores of each node that this job may use.
  let cores: Int
  /// Hardware threads of each of them.
  let threadsPerCore: Int
  /// The nodes.
  let hosts: [String]
  /// Whether Slurm has allocated them.
  let isSlurm: Bool
  /// Whether the user is root, whom Open MPI's mpirun refuses at first.
  let isRoot: Bool
  /// Whose mpirun it is.
  let mpi: MPIFamily
  /// How this program was called.
  let program: String

  /// Advice for such nodes.
  package init(
    cores: Int,
    threadsPerCore: Int,
    hosts: [String],
    isSlurm: Bool,
    isRoot: Bool,
    mpi: MPIFamily,
    program: String
  ) {
    (self.cores, self.threadsPerCore, self.hosts) = (cores, threadsPerCore, hosts)
    (self.isSlurm, self.isRoot, self.mpi, self.program) = (isSlurm, isRoot, mpi, program)
  }

  /// Lanes of a plan that says nothing of them: no more ranks can share the work.
  private var lanes: Int { TrainingPlan().lanes }

  /// Ranks of a node: as many as the lanes allow with the same number of cores for each.
  var ranks: Int {
    let most = max(1, lanes / hosts.count)
    return (1...min(most, cores)).last { cores.isMultiple(of: $0) } ?? 1
  }

  /// Threads of a rank.
  var threads: Int { cores / ranks }

  /// Lines to read and to copy, those to copy indented.
  package var lines: [String] {
    var lines = ["To use \(use):", "  \(launch)"]
    if hosts.count > 1, !isSlurm, let keepalive = mpi.keepalive {
      lines.append("with, so that a host that dies silently ends the job after 90 seconds:")
      lines.append("  \(keepalive)")
    }
    if hosts.count == 1 {
      lines += ["or as one process:", "  \(program) train --data DIR"]
      lines.append(
        "For trials with more ranks than cores add --oversubscribe --bind-to none to mpirun."
      )
    }
    if hosts.count * cores > lanes {
      lines.append(
        "More than \(lanes) ranks need more lanes: --lanes N, which changes the bits."
      )
    }
    return lines
  }

  /// "all 32 cores of each node (4 ranks a node, 8 cores each)".
  private var use: String {
    let node = hosts.count == 1 ? "this node" : "each node"
    if cores == 1 { return "the one core of \(node) (1 rank)" }
    let share = "\(threads) \(threads == 1 ? "core" : "cores")"
    let shape = ranks == 1 ? "1 rank with \(share)" : "\(ranks) ranks with \(share) each"
    return "all \(cores) cores of \(node) (\(shape))"
  }

  private var launch: String {
    let all = ranks * hosts.count
    let job = "\(program) train --data DIR"
    if isSlurm {
      let nodes = hosts.count > 1 ? " --nodes=\(hosts.count)" : ""
      return
        "srun --mpi=pmix\(nodes) --ntasks=\(all) --cpus-per-task=\(threads * threadsPerCore) \(job)"
    }
    let root = isRoot && mpi != .mpich ? " --allow-run-as-root" : ""
    let start = mpi.mpirun(ranks: ranks, threads: threads, cores: cores, hosts: hosts)
    return "\(start)\(root) \(job)"
  }
}
