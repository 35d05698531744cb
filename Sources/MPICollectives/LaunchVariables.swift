/// What the environment says about how this process was started.
///
/// Pure functions: who calls them passes the environment. They only decide whether to ask MPI and
/// whether to believe a world of one; rank and size themselves come from MPI alone.
public enum LaunchVariables {
  /// Whether a launcher that speaks to MPI started this process.
  public static func isLaunched(_ environment: [String: String]) -> Bool {
    ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"].contains { environment[$0] != nil }
  }

  /// Whether this is the launcher's first task, or none at all: who says what is wrong with the
  /// launch, so that it is said once.
  public static func isFirstTask(_ environment: [String: String]) -> Bool {
    task(environment) == "0"
  }

  /// The launcher's number of this task, "0" without a launcher.
  public static func task(_ environment: [String: String]) -> String {
    let numbers = ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"]
    return numbers.compactMap { environment[$0] }.first ?? "0"
  }

  /// One sentence with the fix when the launcher meant several tasks but this process is alone; nil
  /// when all is well.
  ///
  /// `worldSize` is 1 when MPI was never asked.
  public static func singletonComplaint(
    worldSize: Int,
    environment: [String: String]
  ) -> String? {
    guard worldSize == 1, let (launcher, tasks) = intended(environment), tasks > 1 else {
      return nil
    }
    let launched = "\(launcher) started \(tasks) tasks, but each of them is alone"
    let fix = "start it with srun --mpi=pmix, or with the mpirun of the Open MPI it was built with"
    let hint = launcher == "srun" ? " (env -u SLURM_STEP_NUM_TASKS if it is to be alone)" : ""
    return "\(launched): \(fix)\(hint)."
  }

  /// The launcher and the number of tasks it meant; the first one that says anything is believed.
  private static func intended(_ environment: [String: String]) -> (String, Int)? {
    func number(_ name: String) -> Int? { environment[name].flatMap { Int($0) } }
    if let tasks = number("OMPI_COMM_WORLD_SIZE") { return ("mpirun", tasks) }
    if let tasks = number("PMI_SIZE") { return ("The launcher", tasks) }
    // A step's tasks stand in this variable alone. A shell at a terminal is a step, too, but meant
    // to be alone; and a job submitted from inside a step inherits the step's number beside its
    // own.
    if environment["SLURM_PTY_PORT"] == nil, let tasks = number("SLURM_STEP_NUM_TASKS"),
      tasks == number("SLURM_NTASKS") ?? tasks
    {
      return ("srun", tasks)
    }
    return nil
  }
}
