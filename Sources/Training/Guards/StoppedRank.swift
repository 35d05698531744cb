import Collectives
import Glibc
import Tensors

/// A rank of this host, of which the system knows whether something has stopped it.
struct StoppedRank: Sendable {
  private let process: ProcessState
  /// "rank 1 on h2 (process 1234) is stopped".
  let words: [UInt8]

  /// Whether a signal or a debugger has stopped it; false where that is not known.
  var isStopped: Bool { process.isStopped }

  /// The other processes among the ranks of this one's host; every rank calls it.
  ///
  /// Throws `Failure` (.launch) when a rank is lost.
  static func others(_ communicator: any Communicator) throws -> [StoppedRank] {
    let hosts = communicator.hosts
    let processes = try communicator.allGather([Int(getpid()), ProcessState.ownStart])
    let own = processes[communicator.rank]
    return processes.indices.compactMap { rank in
      let other = processes[rank]
      guard hosts[rank] == hosts[communicator.rank], other != own else { return nil }
      return StoppedRank(
        process: ProcessState(pid: other[0], start: other[1]),
        words: Array("rank \(rank) on \(hosts[rank]) (process \(other[0])) is stopped".utf8)
      )
    }
  }
}
