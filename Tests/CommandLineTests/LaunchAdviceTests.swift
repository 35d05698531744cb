import Testing
import adamw_ddp

/// What `doctor` says of cores and ranks, by value.
struct LaunchAdviceTests {
  @Test(arguments: [
    (1, ["vm"], "To use the one core of this node (1 rank):"),
    (2, ["vm"], "To use all 2 cores of this node (2 ranks with 1 core each):"),
    (7, ["vm"], "To use all 7 cores of this node (7 ranks with 1 core each):"),
    (16, ["vm"], "To use all 16 cores of this node (8 ranks with 2 cores each):"),
    (11, ["vm"], "To use all 11 cores of this node (1 rank with 11 cores):"),
    (1, ["a", "b"], "To use the one core of each node (1 rank):"),
    (32, ["a", "b"], "To use all 32 cores of each node (4 ranks with 8 cores each):"),
  ])
  func saysHowManyCores(cores: Int, hosts: [String], line: String) {
    let advice = LaunchAdvice(
      cores: cores,
      threadsPerCore: 1,
      hosts: hosts,
      isSlurm: false,
      isRoot: false,
      mpi: .openMPI4,
      program: "adamw-ddp"
    )
    #expect(advice.lines[0] == line)
    #expect(!advice.lines.contains { $0.contains(" 1 cores") || $0.contains(" 1 ranks") })
  }

  /// Two ranks of four cores on each of three hosts, as this MPI's mpirun is told.
  @Test(
    arguments: [
      (
        "Open MPI v4.1.4, package: Debian",
        "mpirun -n 6 --host a:8,b:8,c:8 --map-by slot:PE=4 --bind-to core", "--mca"
      ),
      (
        "Open MPI v5.0.11, package: x",
        "mpirun -n 6 --host a:8,b:8,c:8 --map-by slot:PE=4 --bind-to core",
        "--prtemca"
      ),
      ("MPICH Version:\t4.0.2\n", "mpirun -n 6 -hosts a,b,c -ppn 2 -bind-to core:4", nil),
    ] as [(String, String, String?)]
  )
  func theLineIsThatOfTheMPIAtHand(library: String, line: String, flag: String?) {
    let advice = LaunchAdvice(
      cores: 8,
      threadsPerCore: 1,
      hosts: ["a", "b", "c"],
      isSlurm: false,
      isRoot: false,
      mpi: MPIFamily(library: library),
      program: "adamw-ddp"
    )
    #expect(advice.lines[1] == "  \(line) adamw-ddp train --data DIR")
    let keepalive = advice.lines.first { $0.contains("oob_tcp_keepalive_time 30") }
    #expect(keepalive?.split(separator: " ").first.map(String.init) == flag)
  }

  /// The masks of ranks with a thread for each of `threads`, and what is said of them.
  @Test(
    arguments: [
      ("a core each", ["vm", "vm"], [[0], [1]], [1, 1], []),
      (
        "one core for two", ["vm", "vm"], [[0], [0]], [1, 1],
        [
          "on vm the ranks 0-1 share 1 core (0) and take turns: the same bits, but slower than 1 rank."
        ]
      ),
      ("two cores for two", ["vm", "vm"], [[0, 1], [0, 1]], [1, 1], []),
      (
        "two cores for three", ["vm", "vm", "vm"], [[0, 1], [0, 1], [0, 1]], [1, 1, 1],
        [
          "on vm the ranks 0-2 share 2 cores (0-1) and take turns: the same bits, but slower than 2 ranks."
        ]
      ),
      ("the same core of two hosts", ["a", "b"], [[0], [0]], [1, 1], []),
      (
        "two pairs of four", ["a", "a", "b", "b"], [[0], [0], [4], [4]], [1, 1, 1, 1],
        [
          "on a the ranks 0-1 share 1 core (0) and take turns: the same bits, but slower than 1 rank.",
          "on b the ranks 2-3 share 1 core (4) and take turns: the same bits, but slower than 1 rank.",
        ]
      ),
      (
        "some of four", ["vm", "vm", "vm", "vm"], [[0], [1], [0], [2]], [1, 1, 1, 1],
        [
          "on vm the ranks 0,2 share 1 core (0) and take turns: the same bits, but slower than 1 rank."
        ]
      ),
      (
        "masks that overlap by way of another", ["vm", "vm", "vm"], [[0], [1], [0, 1]], [1, 1, 1],
        [
          "on vm the ranks 0-2 share 2 cores (0-1) and take turns: the same bits, but slower than 2 ranks."
        ]
      ),
    ] as [(String, [String], [[Int]], [Int], [String])]
  )
  func saysWhoTakesTurns(
    name: String,
    hosts: [String],
    masks: [[Int]],
    threads: [Int],
    notes: [String]
  ) {
    #expect(
      SharedCores.notes(
        hosts: hosts,
        masks: masks,
        threads: threads,
        online: masks.map { _ in 0 }
      ) == notes.map { "note: \($0)" }
    )
  }

  /// mpirun that is started twice, or in a mask of one core, binds ranks to what others use.
  @Test func saysThatCoresAreIdle() {
    let notes = SharedCores.notes(
      hosts: ["a", "a"],
      masks: [[0], [0]],
      threads: [1, 1],
      online: [8, 8]
    )
    #expect(notes.count == 1 && notes[0].contains("take turns"))
    #expect(
      notes[0].hasSuffix(
        "The host has 8: bind each rank to cores of its own, as the line below does, or none of them (--bind-to none)."
      )
    )
  }
}
