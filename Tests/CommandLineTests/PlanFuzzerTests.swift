import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// The differential fuzzer, for a few plans; Tests/plan-fuzzer.sh takes more.
  @Suite struct PlanFuzzer {
    /// The same ten each time, so that what fails once fails again.
    @Test func tenPlansAreTheSameAnywhere() throws {
      let job = try spawn(
        "plan-fuzzer",
        [try pathOfProduct("adamw-ddp"), "10", "7"],
        seconds: 300
      )
      #expect(job.status == 0, "\(job.stdout)")
      #expect(job.stdout.contains("10 plans, 0 different"), "\(job.stdout)")
    }

    /// A program that trains something else under mpirun, and one that logs something else there.
    @Test(arguments: [
      ("--seed 123 --steps 1", "model.safetensors"), ("--log-every 1", "metrics.csv"),
    ])
    func aDifferenceIsFound(flags: String, file: String) throws {
      let folder = try TemporaryFolder()
      let text = """
        #!/bin/sh
        [ -z "$OMPI_COMM_WORLD_RANK" ] || set -- "$@" \(flags)
        exec '\(try pathOfProduct("adamw-ddp"))' "$@"

        """
      try folder.write(Array(text.utf8), to: "program")
      let path = folder.path(of: "program")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
      let job = try spawn("plan-fuzzer", [path, "3", "1"], seconds: 100)
      #expect(job.status == 1, "\(job.stdout)")
      #expect(job.stdout.contains(file), "\(job.stdout)")
    }
  }
}
