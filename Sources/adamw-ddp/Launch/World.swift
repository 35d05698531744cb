import ArgumentParser
import Collectives
import Glibc
import MPICollectives
import Tensors

/// The ranks of this run and how they leave: together at the end, or all at once on an error.
struct World {
  let communicator: any Communicator
  private let mpi: MPIWorld?

  /// The ranks of an MPI job, or this process alone.
  init(mpi: MPIWorld?) {
    self.mpi = mpi
    communicator = mpi?.communicator ?? SoloCommunicator()
  }

  /// Whether this rank speaks for all.
  var leads: Bool { communicator.rank == 0 }

  /// MPI's name and version.
  var library: String { mpi == nil ? "none" : MPIWorld.libraryVersion }

  /// Leaves on the good path, where every rank arrives.
  ///
  /// They meet first: where one rank aborts while others are in MPI_Finalize, Open MPI 4.1's mpirun
  /// may hang or crash.
  func finish() {
    do {
      try communicator.barrier()
      try mpi?.finish()
    } catch {
      leave(ExitReason(code: Failure.Kind.launch.rawValue, text: "\(error)", isAgreed: false))
    }
  }

  /// Leaves on the good path with an exit code of its own.
  func finish(with code: Int32) -> Never {
    finish()
    exit(code)
  }

  /// Says what went wrong and ends all ranks with its exit code.
  ///
  /// An error that all ranks have is said by rank 0, whose abort ends the others while they wait:
  /// long for one that they have agreed on, a second for one that they may each have found.
  func leave(_ reason: ExitReason) -> Never {
    // A launcher that ends the others means it.
    StopSignals.giveBack()
    if reason.code == 0 {
      // --help and --version.
      do {
        if leads { try Results.line(reason.text) }
      } catch {
        leave(ExitReason(code: Failure.Kind.file.rawValue, text: "\(error)", isAgreed: false))
      }
      finish(with: 0)
    }
    if reason.text.isEmpty {
      // The command has spoken for itself.
    } else if leads {
      Console.error(reason.text)
    } else {
      sleep(reason.isAgreed ? 30 : 1)
      let host = communicator.hosts[communicator.rank]
      Console.error("rank \(communicator.rank) on \(host): \(reason.text)")
    }
    communicator.abort(reason.code)
  }
}

/// A command that runs on every rank.
protocol RankCommand: ParsableCommand {
  /// What it was told beside the plan that every rank needs alike, as a flag or an argument and its
  /// value.
  var agreed: KeyValuePairs<String, String> { get }

  func run(_ world: World) throws
}
