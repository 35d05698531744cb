import Foundation
import TestSupport
import Testing

/// What launch/mpi.sh makes of ranks and threads, for each MPI that it knows; the machine has two
/// sockets with 16 cores each.
@Suite(.enabled(if: findProgram("bash") != nil, "bash is not in the PATH"))
struct MPIFlagTests {
  private let place: JobPlace

  init() throws { place = try JobPlace() }

  static let versions = [
    "openmpi4": "mpirun (Open MPI) 4.1.4", "openmpi5": "mpirun (Open MPI) 5.0.11",
    "mpich": "HYDRA build details:\n    Version:    4.0.2",
  ]

  private func ready(
    _ mpi: String,
    _ arguments: String,
    _ variables: [String: String] = [:]
  ) throws -> Spawned {
    var all = variables
    all["VERSION"] = Self.versions[mpi] ?? mpi
    return try place.run(
      "source launch/mpi.sh; mpi_ready \(arguments) && echo \"${mpi_start[@]}\" && env | grep _MCA_ | sort",
      [],
      all
    )
  }

  /// Hosts, ranks of each, threads of a rank and what mpirun is given.
  @Test(arguments: [
    ("openmpi4", "4 2 16", "mpirun --map-by ppr:1:numa:PE=16 --bind-to core"),
    ("openmpi5", "4 2 16", "mpirun --map-by ppr:1:numa:PE=16 --bind-to core"),
    ("mpich", "4 2 16", "mpirun -n 8 -ppn 2 -bind-to core:16 -map-by numa"),
    // Half of the cores, and in no domain more than it has.
    ("openmpi4", "2 4 4", "mpirun --map-by ppr:2:numa:PE=4 --bind-to core"),
    ("mpich", "2 4 4", "mpirun -n 8 -ppn 4 -bind-to core:4 -map-by numa"),
    // What does not fill the domains evenly goes over the host as it comes.
    ("openmpi4", "1 1 32", "mpirun --map-by ppr:1:node:PE=32 --bind-to core"),
    ("openmpi4", "1 3 10", "mpirun --map-by ppr:3:node:PE=10 --bind-to core"),
    ("mpich", "1 3 10", "mpirun -n 3 -ppn 3 -bind-to core:10"),
    // More threads than cores.
    ("openmpi4", "1 8 8", "mpirun --map-by ppr:8:node:OVERSUBSCRIBE --bind-to none"),
    ("openmpi5", "1 8 8", "mpirun --map-by ppr:8:node:OVERSUBSCRIBE --bind-to none"),
    ("mpich", "1 8 8", "mpirun -n 8 -ppn 8 -bind-to none"),
  ])
  func placesRanks(mpi: String, arguments: String, words: String) throws {
    let job = try ready(mpi, arguments)
    #expect(job.status == 0)
    #expect(job.stdout.split(separator: "\n").first.map(String.init) == words)
    #expect(job.stderr.contains("take turns") == words.contains("none"))
  }

  /// `nproc` counts what that says, too.
  @Test func aNumberOfThreadsForOthersChangesNothing() throws {
    let job = try ready("openmpi4", "4 2 16", ["OMP_NUM_THREADS": "1"])
    #expect(job.stdout.hasPrefix("mpirun --map-by ppr:1:numa:PE=16 "), "\(job.stdout)")
  }

  @Test(arguments: [
    ("openmpi4", "--hostfile hosts.mpi", "a slots=2\nb slots=2"),
    ("openmpi5", "--hostfile hosts.mpi", "a slots=2\nb slots=2"),
    ("mpich", "-f hosts.mpi", "a:2\nb:2"),
  ])
  func writesItsHostfile(mpi: String, words: String, text: String) throws {
    let job = try place.run(
      "printf 'a\\nb\\n' >hosts; source launch/mpi.sh; mpi_ready 2 2 16 hosts; echo \"${mpi_start[*]:1:2}\"; cat hosts.mpi",
      [],
      ["VERSION": try #require(Self.versions[mpi])]
    )
    #expect(job.stdout == "\(words)\n\(text)\n")
  }

  /// A dead host becomes an error, where this MPI can notice; what the user has set stays.
  @Test(arguments: [("openmpi4", "OMPI"), ("openmpi5", "PRTE")])
  func setsWhatNoticesADeadHost(mpi: String, prefix: String) throws {
    let name = "\(prefix)_MCA_oob_tcp_keepalive"
    let set = try ready(mpi, "2 2 16", ["\(name)_time": "5"]).stdout.split(separator: "\n")
    for line in ["\(name)_time=5", "\(name)_intvl=10", "\(name)_probes=6"] {
      #expect(set.contains { $0 == line }, "\(set)")
    }
  }

  @Test(arguments: ["", "Intel(R) MPI Library for Linux* OS, Version 2021.11"])
  func refusesAnMPIThatItDoesNotKnow(text: String) throws {
    let job = try ready(text.isEmpty ? " " : text, "1 2 16")
    #expect(job.status == 69 && job.stderr.hasPrefix("mpi: expected mpirun of Open MPI 4, "))
  }
}
