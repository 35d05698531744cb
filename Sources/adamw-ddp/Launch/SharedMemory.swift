import Collectives
import Tensors

/// Whether the ranks of a host find room where Open MPI 4 has them meet, in /dev/shm: containers
/// often have little of it.
///
/// Each rank makes a file of 4 MiB there and fills what it needs. Where not so much is free when it
/// starts, it goes through TCP instead; where the file cannot be filled later, a bus error ends it.
/// Measured with 4.1.4 and a small tmpfs: with 4200 KiB ranks went through TCP, with 5 MiB 8 ranks
/// trained and 32 died; 8, 16 and 32 ranks filled 135, 184 and 192 KiB each.
package enum SharedMemory {
  /// What a rank may fill.
  private static let bytesPerRank = Double(512 << 10)
  /// What must be free when a rank starts.
  private static let bytesToStart = 1.05 * Double(4 << 20)

  /// A sentence for each host that has too little for its ranks; every rank calls it.
  ///
  /// Throws `Failure` (.launch) when a rank is lost.
  static func notes(_ world: World, _ environment: [String: String]) throws -> [String] {
    let hosts = world.communicator.hosts
    let path = environment["OMPI_MCA_btl_vader_backing_directory"] ?? "/dev/shm"
    let isUsed = world.library.hasPrefix("Open MPI v4") && usesVader(environment["OMPI_MCA_btl"])
    // What is not used is large enough.
    let own = isUsed ? FreeSpace(at: path)?.bytes ?? .infinity : .infinity
    let free = try world.communicator.allGather([own]).map { $0[0] }
    let firsts = hosts.indices.filter { hosts.firstIndex(of: hosts[$0]) == $0 }
    return firsts.compactMap { rank in
      let ranks = hosts.count { $0 == hosts[rank] }
      return note(free[rank], path: path, host: hosts[rank], ranks: ranks)
    }
  }

  /// The sentence for a host with so many bytes free; nil where they are enough.
  package static func note(_ free: Double, path: String, host: String, ranks: Int) -> String? {
    let needed = max(bytesToStart, Double(ranks) * bytesPerRank)
    guard ranks > 1, free < needed else { return nil }
    return "on \(host) \(path) has \(FreeSpace.text(free)) free, and its \(ranks) ranks may need "
      + "\(FreeSpace.text(needed)): they may go through TCP, slower, or be ended by a bus error "
      + "(SIGBUS). Make it larger (--shm-size of a container), or set "
      + "OMPI_MCA_btl_vader_backing_directory=/tmp."
  }

  /// Whether a list of Open MPI's transports, nil for its own choice, has the one through memory.
  package static func usesVader(_ list: String?) -> Bool {
    guard let list else { return true }
    return list.hasPrefix("^") != list.contains("vader")
  }
}
