import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// A rank that is stopped ends its job within the deadline, and says so in time or not at all.
  struct LateRank {
    /// A program that trains until it is ended, whose step may take so many seconds.
    private func training(_ data: TemporaryFolder, _ run: String, deadline: Double) -> String {
      """
      "$PROGRAM" train --model smallcnn --epochs 1000000 --log-every 1 --eval-every 1000000 \
        --checkpoint-every 0 --threads 1 --no-pin --quiet --data '\(data.path)' --output '\(run)' \
        --deadline \(deadline)
      """
    }

    private func hasSteps(_ run: String) -> String {
      "await grep -qs '\"step\" : [1-9]' '\(run)/status.json'"
    }

    @Test(arguments: [0, 1])
    func underMPI(stopped: Int) throws {
      let (data, outputs) = (try smallData(), try TemporaryFolder())
      let run = outputs.path(of: "run")
      let job = try script(
        """
        if [ "$OMPI_COMM_WORLD_RANK" = \(stopped) ]; then
          (\(hasSteps(run)); kill -STOP $$) > /dev/null 2>&1 &
        fi
        exec \(training(data, run, deadline: 3))
        """,
        ranks: 2
      )
      #expect(job.status == 69 && !job.timedOut, "\(job.stderr)")
      let other = 1 - stopped
      let words = try #require(job.sentences.first)
      #expect(job.sentences.count == 1 && words.hasPrefix("rank \(other) on "), "\(job.stderr)")
      #expect(words.contains(" takes longer than its deadline of 3 s and has been in section "))
      #expect(words.contains("rank \(stopped) on ") && words.hasSuffix(") is stopped."), "\(words)")
      let status = try jsonObject(run + "/status.json")
      #expect(status["state"] as? String == "failed" && status["message"] as? String == words)
    }

    /// Sends STOP and, so many seconds later, CONT to the shell's process, which is to become the
    /// program, and kills it when it has taken 20 steps since.
    private func pausing(_ run: String, seconds: Double) -> String {
      """
      rows() { [ "$(cat '\(run)/metrics.csv' 2>/dev/null | wc -l)" -gt "$1" ]; }
      (\(hasSteps(run))
      kill -STOP $$
      sleep \(seconds)
      before=$(wc -l < '\(run)/metrics.csv')
      kill -CONT $$
      await rows $(($before + 20))
      kill -9 $$) > /dev/null 2>&1 &
      """
    }

    /// A process alone that was stopped for longer than its deadline was not hung.
    @Test func aloneItMayBeSuspended() throws {
      let (data, outputs) = (try smallData(), try TemporaryFolder())
      let run = outputs.path(of: "run")
      let job = try script(
        """
        ulimit -c 0
        \(pausing(run, seconds: 2.5))
        exec \(training(data, run, deadline: 1.5))
        """
      )
      #expect(job.status == 128 + 9 && job.sentences.isEmpty, "\(job.stderr)")
    }

    @Test func oneThatGoesOnInTimeIsNotLate() throws {
      let (data, outputs) = (try smallData(), try TemporaryFolder())
      let run = outputs.path(of: "run")
      let job = try script(
        """
        ulimit -c 0
        if [ "$OMPI_COMM_WORLD_RANK" = 1 ]; then
          \(pausing(run, seconds: 1.5))
        fi
        exec \(training(data, run, deadline: 5))
        """,
        ranks: 2
      )
      #expect(job.status == 128 + 9 && job.sentences.isEmpty, "\(job.stderr)")
    }
  }
}
