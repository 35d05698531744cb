import MPICollectives
import Testing

/// What the launchers' variables mean.
struct LaunchVariablesTests {
  @Test func aPlainStartIsNoLaunch() {
    #expect(!LaunchVariables.isLaunched([:]))
    #expect(!LaunchVariables.isLaunched(["SLURM_JOB_ID": "7", "SLURM_NTASKS": "4"]))
  }

  @Test(arguments: ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"])
  func eachLauncherIsSeen(name: String) {
    #expect(LaunchVariables.isLaunched([name: "0"]))
  }

  @Test(arguments: [
    ["OMPI_COMM_WORLD_SIZE": "4"],
    ["PMI_SIZE": "2"],
    ["SLURM_STEP_NUM_TASKS": "16", "SLURM_NTASKS": "16", "SLURM_STEP_ID": "0"],
  ])
  func aWorldOfOneAmongSeveralTasksIsRefused(environment: [String: String]) {
    let complaint = LaunchVariables.singletonComplaint(worldSize: 1, environment: environment)
    #expect(complaint?.contains("srun --mpi=pmix") == true)
    #expect(LaunchVariables.singletonComplaint(worldSize: 2, environment: environment) == nil)
  }

  @Test(arguments: [
    [:],
    ["OMPI_COMM_WORLD_SIZE": "1"],
    ["PMI_SIZE": "1"],
    ["SLURM_STEP_NUM_TASKS": "1", "SLURM_NTASKS": "1"],
    // In a batch script, on the first node of an allocation for many tasks.
    ["SLURM_JOB_ID": "7", "SLURM_NTASKS": "16"],
    // A shell at a terminal: srun -n 16 --pty bash.
    ["SLURM_STEP_NUM_TASKS": "16", "SLURM_NTASKS": "16", "SLURM_PTY_PORT": "40000"],
    // A job of one task, submitted from inside a step of sixteen.
    ["SLURM_STEP_NUM_TASKS": "16", "SLURM_NTASKS": "1"],
    // mpirun with one rank inside a step of two daemons.
    ["OMPI_COMM_WORLD_SIZE": "1", "SLURM_STEP_ID": "1", "SLURM_STEP_NUM_TASKS": "2"],
    ["OMPI_COMM_WORLD_SIZE": "many"],
  ])
  func aWorldOfOneThatWasMeantIsFine(environment: [String: String]) {
    #expect(LaunchVariables.singletonComplaint(worldSize: 1, environment: environment) == nil)
  }

  @Test func oneTaskSpeaksForABadLaunch() {
    #expect(LaunchVariables.isFirstTask([:]))
    #expect(LaunchVariables.isFirstTask(["SLURM_PROCID": "0"]))
    #expect(!LaunchVariables.isFirstTask(["SLURM_PROCID": "3"]))
    // mpirun inside a step: its own number counts.
    #expect(LaunchVariables.isFirstTask(["OMPI_COMM_WORLD_RANK": "0", "SLURM_PROCID": "3"]))
  }
}
