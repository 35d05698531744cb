import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// A signal that is to end a process ends it, though nothing is wrong with its instructions.
  struct KilledRank {
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
        \(sending(signal, run))
        exec \(endlessTraining(data, run)) > /dev/null 2>&1
        """,
        environment: ["SWIFT_BACKTRACE": backtrace(signal)]
      )
      #expect(job.status == 128 + number && !job.timedOut)
    }

    /// What Swift is to print of the crash: names of functions take seconds, and are its own; it
    /// reads the stacks of all threads, which a sanitizer takes for an error.
    private func backtrace(_ signal: String) -> String? {
      if isSanitized { return "enable=no" }
      return signal == "SEGV" ? nil : "symbolicate=off,images=none"
    }

    /// A signal that the program was started to ignore, as QUIT by a shell for what it runs in the
    /// background: it trains on.
    @Test func anIgnoredSignalStaysIgnored() throws {
      let (data, outputs) = (try smallData(), try TemporaryFolder())
      let run = outputs.path(of: "run")
      let job = try script(
        """
        ulimit -c 0
        \(endlessTraining(data, run)) > /dev/null 2>&1 &
        rows() { [ "$(cat '\(run)/metrics.csv' 2>/dev/null | wc -l)" -gt "$1" ]; }
        await rows 1
        kill -QUIT $!
        await rows $(($(wc -l < '\(run)/metrics.csv') + 1))
        kill -9 $!
        wait $!
        """
      )
      #expect(job.status == 128 + 9 && !job.timedOut, "\(job.stderr)")
    }

    /// mpirun ends the other ranks, and the records say how far they came.
    @Test func underMPI() throws {
      let (data, outputs) = (try smallData(), try TemporaryFolder())
      let run = outputs.path(of: "run")
      let job = try script(
        """
        ulimit -c 0
        if [ "$OMPI_COMM_WORLD_RANK" = 1 ]; then
          \(sending("SEGV", run))
        fi
        exec \(endlessTraining(data, run))
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
