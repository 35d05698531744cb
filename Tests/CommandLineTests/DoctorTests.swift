import Foundation
import Tensors
import TestSupport
import Testing

/// The folder of a build of OpenBLAS as Debian installs several side by side; nil where it is not.
private func openBLAS(_ build: String) -> String? {
  let libraries = "/usr/lib"
  let folders = (try? FileManager.default.contentsOfDirectory(atPath: libraries)) ?? []
  return folders.map { "\(libraries)/\($0)/openblas-\(build)" }
    .first { FileManager.default.fileExists(atPath: "\($0)/libopenblas.so.0") }
}

/// A core that this process may use.
private func firstCore() -> Int { affinityMask()[0] }

extension ProgramTests {
  /// `doctor` and `selftest`: whether this machine is fit.
  struct Doctor {
    @Test(arguments: [nil, 3])
    func showsEveryRank(ranks: Int?) throws {
      let job = try program(["doctor"], ranks: ranks)
      #expect(job.status == 0 && job.stderr == "", "\(job.stderr)")
      let facts = [
        "ranks           \(ranks ?? 1) on 1 host\n", ranks == nil ? "no launcher" : "Open MPI v",
        "BLAS core", "BLAS threads", "kernel level", "shared memory   /dev/shm",
        "rank  host", "cores", "threads", "kernels",
      ]
      for fact in facts { #expect(job.stdout.contains(fact), "\(fact) in \(job.stdout)") }
      let lines = job.stdout.split(separator: "\n", omittingEmptySubsequences: false)
      let table = lines.drop { !$0.hasPrefix("rank  host") }.prefix { $0 != "" }
      #expect(table.count == 1 + (ranks ?? 1))
      #expect(lines.contains { $0.hasPrefix("  mpirun ") && $0.hasSuffix(" train --data DIR") })
    }

    /// Ranks that must take turns are named; what each may use stands in the table.
    @Test func ranksThatShareACore() throws {
      let job = try script("exec taskset -c \(firstCore()) \"$PROGRAM\" doctor", ranks: 2)
      guard job.status == 0 else { try Test.cancel("there is no taskset: \(job.stderr)") }
      #expect(job.stdout.contains("the ranks 0-1 share 1 core (\(firstCore()))"), "\(job.stdout)")
    }

    /// The line to copy works as it stands.
    @Test func theLineRuns() throws {
      let run = try ShortRun.shared.get()
      let line = try #require(
        program(["doctor"]).stdout.split(separator: "\n").first { $0.hasPrefix("  mpirun ") }
      )
      let outputs = try TemporaryFolder()
      let command = line.replacingOccurrences(of: "DIR", with: "'\(run.images)'")
      let flags = "--model smallcnn --steps 1 --output '\(outputs.path(of: "run"))'"
      let job = try script("exec \(command) \(flags)")
      #expect(job.status == 0, "\(command): \(job.stderr)")
    }

    @Test func inSlurmTheLineIsSlurms() throws {
      let allocation = ["SLURM_JOB_ID": "7", "SLURM_CPUS_ON_NODE": "96"]
      let text = try program(["doctor"], environment: allocation).stdout
      #expect(text.contains("  srun --mpi=pmix --ntasks=8 "))
      #expect(text.contains("--lanes N, which changes the bits"))
    }

    @Test(arguments: [nil, 3])
    func selfTestPasses(ranks: Int?) throws {
      let job = try program(["selftest"], ranks: ranks)
      #expect(job.status == 0 && job.stdout.hasPrefix("selftest passed"), "\(job.stderr)")
      #expect(job.stdout.count { $0 == "\n" } == 1)
    }

    /// Every build of OpenBLAS gives the same bits, however many threads it is told to use.
    @Test(arguments: [("pthread", "OpenBLAS"), ("openmp", "USE_OPENMP"), ("serial", "SINGLE_THR")])
    func anyBuildOfOpenBLAS(build: String, mark: String) throws {
      guard let folder = openBLAS(build) else {
        try Test.cancel("there is no /usr/lib/*/openblas-\(build)")
      }
      let environment = [
        "LD_LIBRARY_PATH": folder, "OPENBLAS_NUM_THREADS": "4", "OMP_NUM_THREADS": "4",
      ]
      let doctor = try program(["doctor"], environment: environment).stdout
      #expect(doctor.contains(mark), "\(doctor)")
      let job = try program(["selftest"], environment: environment)
      #expect(job.status == 0 && job.stdout.hasPrefix("selftest passed"), "\(job.stdout)")

      let (run, outputs) = (try ShortRun.shared.get(), try TemporaryFolder())
      let training = try program(
        ["train"] + run.flags + ["--threads", "2", "--json", "--output", outputs.path(of: "run")],
        environment: environment
      )
      let (own, other) = (try run.job.object(), try training.object())
      #expect(other["digest"] as? String == own["digest"] as? String)
    }
  }
}
