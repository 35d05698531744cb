import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// A signal that is to end a process ends it, though nothing is wrong with its instructions.
  struct KilledRank {
    /// A program that trains until it is killed, as $RUN/metrics.csv shows.
    private func training(_ data: TemporaryFolder, _ run: String) -> String {
      """
      "$PROGRAM" train --model smallcnn --epochs 1000000 --log-every 1 --eval-every 1000000 \
        --threads 2 --no-pin --quiet --data '\(data.path)' --output '\(run)'
      """
    }

    /// Waits until there are metrics, then sends the signal to process `pid`.
    private func killing(_ signal: String, _ pid: String, _ run: String) -> String {
      """
      for i in $(seq 200); do
        if [ -s '\(run)/metrics.csv' ]; then break; fi
        sleep 0.1
      done
      kill -\(signal) \(pid)
      """
    }

    @Test(
      arguments: [("QUIT", 3), ("ILL", 4), ("TRAP", 5), ("ABRT", 6), ("BUS", 7), ("FPE", 8)]
        + [("SEGV", 11)] as [(String, Int32)]
    )
    func alone(signal: String, number: Int32) throws {
      let (data, outputs) = (try smallData(), try TemporaryFolder())
      let run = outputs.path(of: "run")
      let job = try script(
        """
        ulimit -c 0
        \(training(data, run)) > /dev/null 2>&1 &
        \(killing(signal, "$!", run))
        wait $!
        """,
        // Names of functions take seconds, and are Swift's own.
        environment: ["SWIFT_BACKTRACE": signal == "SEGV" ? nil : "symbolicate=off,images=none"]
      )
      #expect(job.status == 128 + number && !job.timedOut)
    }

    /// mpirun ends the other ranks, and the records say how far they came.
    @Test func underMPI() throws {
      let (data, outputs) = (try smallData(), try TemporaryFolder())
      let run = outputs.path(of: "run")
      let job = try script(
        """
        ulimit -c 0
        if [ "$OMPI_COMM_WORLD_RANK" = 1 ]; then
          (\(killing("SEGV", "$$", run))) > /dev/null 2>&1 &
        fi
        exec \(training(data, run))
        """,
        ranks: 2
      )
      #expect(job.status != 0 && !job.timedOut, "\(job.stderr)")
      let status = try jsonObject(run + "/status.json")
      #expect(status["state"] as? String == "running" && status["ended"] == nil)
      #expect(try #require(status["step"] as? Int) > 0)
      for key in ["started", "updated", "host", "pid", "data"] {
        #expect(status[key] != nil, "\(key)")
      }
    }
  }
}
