import ArgumentParser
import Collectives
import Foundation
import MPICollectives
import Tensors

/// From the command line to the exit code: who the ranks are, which command, and how an error ends.
@main
enum Program {
  static func main() {
    StandardStreams.open()
    // A closed pipe and a file that may not grow are errors of a write, not silent deaths.
    for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
    StopSignals.heedWarnings()
    let environment = ProcessInfo.processInfo.environment
    if let complaint = StartLimits.complaint(isLaunching: LaunchVariables.isLaunched(environment)) {
      let task = LaunchVariables.task(environment)
      if task == "0" {
        Console.error(complaint)
      } else {
        // Where the first task has the same limit, the launcher ends this one meanwhile: Open MPI
        // 4.1's mpirun took over a second.
        sleep(3)
        Console.error("rank \(task): \(complaint)")
      }
      // OpenBLAS's threads may be waiting for memory that never comes, and exit waits for them.
      _exit(Failure.Kind.launch.rawValue)
    }
    let world = start(environment)
    FatalSignals.endThisProcess()
    do {
      let command = try Invocation.read(world.communicator)
      if !(command is TrainCommand) { StopSignals.ignoreNoWarning() }
      if let command = command as? any RankCommand {
        try command.run(world)
      } else {
        var command = command
        if world.leads { try command.run() }
      }
    } catch {
      world.leave(ExitReason(error))
    }
    world.finish()
  }

  private static func start(_ environment: [String: String]) -> World {
    do {
      if LaunchVariables.isLaunched(environment) {
        return World(mpi: try MPIWorld(environment: environment))
      }
      let complaint = LaunchVariables.singletonComplaint(worldSize: 1, environment: environment)
      if let complaint { throw Failure(.launch, complaint) }
      return World(mpi: nil)
    } catch {
      // Tasks that are each alone know nothing of the others: the launcher's number decides who
      // says so. Any other error is this rank's own.
      let complaint = LaunchVariables.singletonComplaint(worldSize: 1, environment: environment)
      if "\(error)" != complaint || LaunchVariables.isFirstTask(environment) {
        Console.error("\(error)")
      }
      MPIWorld.end((error as? Failure)?.kind.rawValue ?? Failure.Kind.launch.rawValue)
    }
  }
}
