/// The MPIs whose mpirun takes other flags.
package enum MPIFamily: Sendable {
  case openMPI4
  case openMPI5
  case mpich
  /// Any other.
  case unknown

  /// By what the library calls itself, such as "Open MPI v4.1.4, package: …".
  package init(library: String) {
    let version = library.prefixMatch(of: /Open MPI v(\d+)\./).flatMap { Int($0.1) }
    self =
      switch version {
      case .some(..<5): .openMPI4
      case .some: .openMPI5
      case nil: library.hasPrefix("MPICH Version") ? .mpich : .unknown
      }
  }

  /// mpirun and its flags for `ranks` ranks with `threads` cores each on each of the hosts, which have
  /// `cores` cores.
  package func mpirun(ranks: Int, threads: Int, cores: Int, hosts: [String]) -> String {
    let all = ranks * hosts.count
    let many = hosts.count > 1
    if self == .mpich {
      let places = many ? "-hosts \(hosts.joined(separator: ",")) -ppn \(ranks) " : ""
      return "mpirun -n \(all) \(places)-bind-to core:\(threads)"
    }
    let binding =
      threads == 1 ? "--bind-to core" : "--map-by slot:PE=\(threads) --bind-to core"
    // Slots of a host are cores: a rank takes as many as it has threads.
    let places = many ? "--host \(hosts.map { "\($0):\(cores)" }.joined(separator: ",")) " : ""
    return "mpirun -n \(all) \(places)\(binding)"
  }

  /// mpirun's flags that make a host that dies silently an error after 90 seconds; nil where there are
  /// none.
  package var keepalive: String? {
    let flag: String
    switch self {
    case .openMPI4: flag = "--mca"
    case .openMPI5: flag = "--prtemca"
    case .mpich, .unknown: return nil
    }
    return [("time", 30), ("intvl", 10), ("probes", 6)]
      .map { "\(flag) oob_tcp_keepalive_\($0) \($1)" }.joined(separator: " ")
  }
}
