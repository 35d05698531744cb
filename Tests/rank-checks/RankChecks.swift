import Collectives
import FoundationEssentials
@preconcurrency import Glibc
import MPICollectives
import Tensors
import TestSupport

/// What a rank of an MPI job does in the tests, which cannot be ranks themselves: they start this
/// program with mpirun.
///
/// Without arguments it checks the communicator and prints a line; with `fail` rank 1 throws, with
/// `fail-in-part` it aborts a part of its own; with `chatter` it fills both outputs and does not
/// end.
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
      switch mode {
      case "fail": try fail(c)
      case "fail-in-part": try failInPart(c)
      default:
        try checkCommunicator(c)
        let sent = "\(c.traffic.messages) messages, \(c.traffic.bytes) bytes"
        print("\(name(c)): contract kept, \(sent)")
      }
      // What lives on must not be freed when MPI has ended.
      let part = try c.split(color: 0, key: 0)
      try withExtendedLifetime(part) { try world.finish() }
    } catch {
      say("\(name(c)): \(error)")
      c.abort((error as? Failure)?.kind.rawValue ?? 1)
    }
  }

  /// Rank 1 throws while the others wait for it.
  private static func fail(_ c: any Communicator) throws {
    try c.barrier()
    if c.rank == 1 { throw Failure(.launch, "thrown on purpose") }
    try c.barrier()
  }

  /// Rank 1 ends the job from a part of its own while the others use theirs for ever.
  private static func failInPart(_ c: any Communicator) throws {
    let part = try c.split(color: c.rank == 1 ? 1 : 0, key: 0)
    if c.rank == 1 {
      say("\(name(c)): thrown on purpose")
      part.abort(Failure.Kind.launch.rawValue)
    }
    while true { try part.barrier() }
  }

  private static func name(_ c: any Communicator) -> String {
    "rank \(c.rank) of \(c.size) on \(c.hosts[c.rank])"
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
