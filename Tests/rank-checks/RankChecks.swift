import Collectives
import FoundationEssentials
@preconcurrency import Glibc
import MPICollectives
import Tensors
import TestSupport

/// What a rank of an MPI job does in the tests, which cannot be ranks themselves: they start this
/// program with mpirun.
///
/// Without arguments it checks the communicator and prints a line; with `fail` rank 1 throws; with
/// `chatter` it fills both outputs and does not end.
@main
struct RankChecks {
  static func main() {
    let mode = CommandLine.arguments.dropFirst().first
    if mode == "chatter" { chatter() }
    let world: MPIWorld
    do {
      world = try MPIWorld(environment: ProcessInfo.processInfo.environment)
    } catch {
      say("\(error)")
      exit(Failure.Kind.launch.rawValue)
    }
    let c = world.communicator
    do {
      if mode == "fail" {
        try fail(c)
      } else {
        try checkCommunicator(c)
        let sent = "\(c.traffic.messages) messages, \(c.traffic.bytes) bytes"
        print("rank \(c.rank) of \(c.size) on \(c.hosts[c.rank]): contract kept, \(sent)")
      }
      try world.finish()
    } catch {
      say("rank \(c.rank) of \(c.size) on \(c.hosts[c.rank]): \(error)")
      c.abort((error as? Failure)?.kind.rawValue ?? 1)
    }
  }

  /// Rank 1 throws while the others wait for it.
  private static func fail(_ c: any Communicator) throws {
    try c.barrier()
    if c.rank == 1 { throw Failure(.launch, "thrown on purpose") }
    try c.barrier()
  }

  /// More than a pipe holds, first on one output and then on the other, and then nothing for ever.
  private static func chatter() -> Never {
    let text = String(repeating: "x", count: 300_000)
    fputs(text, stderr)
    fputs(text, stdout)
    fflush(stdout)
    while true { pause() }
  }

  private static func say(_ sentence: String) { fputs(sentence + "\n", stderr) }
}
