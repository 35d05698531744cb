import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// Standard streams that are closed, full or not read.
  struct StandardStreams {
    private static let commands = [
      "eval RUN --json", "eval RUN", "explain --images 500", "explain --images 500 --json",
      "estimate --model smallcnn", "train --print-plan", "--help", "train --help", "--version",
      "doctor", "bench gemm --repeats 1 --m 16 --n 16 --k 16",
      "bench step --model smallcnn --repeats 1",
    ]

    /// Runs the command with its standard output as the shell's `redirection` has it.
    private func run(_ command: String, _ redirection: String) throws -> Spawned {
      let run = try ShortRun.shared.get()
      let words = command.replacingOccurrences(of: "RUN", with: "'\(run.folder)'")
      return try script("\"$PROGRAM\" \(words) \(redirection)")
    }

    @Test(arguments: commands)
    func aResultThatIsLostIsAnError(command: String) throws {
      for (redirection, reason) in [
        (">/dev/full", "No space left on device"), (">&-", "Bad file descriptor"),
      ] {
        let job = try run(command, redirection)
        #expect(job.status == 74 && job.endedInOrder, "\(redirection): \(job.stderr)")
        #expect(
          job.sentences == ["cannot write the result to standard output: \(reason)."],
          "\(job.stderr)"
        )
      }
    }

    /// Nobody reads on: the code says so, and nothing else.
    @Test func aClosedPipeIsQuiet() throws {
      let place = try TemporaryFolder()
      let job = try script(
        """
        mkfifo '\(place.path)/pipe'
        : < '\(place.path)/pipe' &
        # Opened while there is a reader, written to when that has ended.
        exec 3> '\(place.path)/pipe'
        wait
        exec "$PROGRAM" --help >&3
        """
      )
      #expect(job.status == 74 && job.stderr == "", "\(job.stderr)")
    }

    /// The run is there although its summary is lost.
    @Test(arguments: [nil, 2])
    func aLostSummaryDoesNotLoseTheRun(ranks: Int?) throws {
      let (run, outputs) = (try ShortRun.shared.get(), try TemporaryFolder())
      let folder = outputs.path(of: "run")
      let flags = run.flags.map { "'\($0)'" }.joined(separator: " ")
      let job = try script(
        "exec \"$PROGRAM\" train \(flags) --json --quiet --output '\(folder)' >/dev/full",
        ranks: ranks
      )
      #expect(job.status == 74 && job.endedInOrder, "\(job.stderr)")
      #expect(job.sentences.count == 1 && job.stderr.contains("No space left"), "\(job.stderr)")
      #expect(try jsonObject(folder + "/status.json")["state"] as? String == "done")
      let model = try Data(contentsOf: URL(filePath: folder + "/model.safetensors"))
      #expect(areSame(model, try Data(contentsOf: URL(filePath: run.model))))
    }

    /// What is closed must not become the number of a file that is opened later; and messages that
    /// nobody gets are no reason to stop.
    @Test(arguments: ["2>&-", "2>/dev/full", "0<&- 1>&- 2>&-"], [nil, 2])
    func aRunNeedsNoStreams(redirection: String, ranks: Int?) throws {
      let (run, outputs) = (try ShortRun.shared.get(), try TemporaryFolder())
      let folder = outputs.path(of: "run")
      let flags = run.flags.map { "'\($0)'" }.joined(separator: " ")
      let job = try script(
        "exec \"$PROGRAM\" train \(flags) --log-every 3 --output '\(folder)' \(redirection)",
        ranks: ranks
      )
      #expect(job.status == 0 && job.endedInOrder, "\(job.stderr)")
      for name in ["plan.yaml", "metrics.csv", "metrics.jsonl", "run.json", "status.json"] {
        let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
        #expect(!text.contains("images/s") && !text.contains("adamw-ddp  "), "\(name)")
      }
      let rows = try String(contentsOfFile: "\(folder)/metrics.csv", encoding: .utf8)
      let columns = rows.split(separator: "\n").map { $0.count { $0 == "," } }
      #expect(columns.count == 8 && Set(columns).count == 1, "\(rows)")
      let model = try Data(contentsOf: URL(filePath: folder + "/model.safetensors"))
      #expect(areSame(model, try Data(contentsOf: URL(filePath: run.model))))
    }
  }
}
