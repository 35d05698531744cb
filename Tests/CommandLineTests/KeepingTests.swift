import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// Models that a run saves on its way, and what `eval` makes of them.
  struct Keeping {
    private let names = [
      "best.safetensors", "model.safetensors", "snapshots/epoch-0001.safetensors",
      "snapshots/epoch-0003.safetensors",
    ]

    @Test func bestModelAndSnapshots() throws {
      let (run, outputs) = (try ShortRun.shared.get(), try TemporaryFolder())
      var jobs: [Spawned] = []
      for ranks in [nil, 3] {
        let flags = ["--epochs", "3", "--sched", "warm-restarts", "--restart-epochs", "1"]
        let job = try program(
          ["train"] + run.flags + flags + ["--save-best", "--early-stop", "9", "--json"]
            + ["--output", outputs.path(of: "run\(ranks ?? 1)")],
          ranks: ranks
        )
        #expect(job.status == 0, "\(job.stderr)")
        jobs.append(job)
      }
      for name in names {
        let files = try ["run1", "run3"].map {
          try Data(contentsOf: URL(filePath: outputs.path(of: "\($0)/\(name)")))
        }
        #expect(areSame(files[0], files[1]), "\(name)")
      }
      let summary = try jobs[0].object()
      let best = try #require(summary["best"] as? [String: Any])
      let epoch = try #require(best["epoch"] as? Int)
      #expect(best["step"] as? Int == 4 * epoch && (1...3).contains(epoch))
      #expect(try jobs[1].digits("accuracy") == jobs[0].digits("accuracy"))
      #expect(summary["stopped_early"] as? Bool == false)
      #expect(summary["snapshots"] as? [String] == Array(names[2...]))
      #expect(summary["recommended"] as? String == names[3])
      let status = try jsonObject(outputs.path(of: "run3/status.json"))
      #expect(status["snapshots"] as? [String] == Array(names[2...]) && status["best"] != nil)

      for ensemble in ["average", "vote"] {
        let evaluations = try [nil, 3].map { ranks in
          let folder = outputs.path(of: "run\(ranks ?? 1)")
          let job = try program(["eval", folder, "--ensemble", ensemble, "--json"], ranks: ranks)
          #expect(job.status == 0, "\(job.stderr)")
          return job
        }
        #expect(evaluations[0].stdout == evaluations[1].stdout)
        let object = try evaluations[0].object()
        #expect(object["ensemble"] as? String == ensemble && object["members"] as? Int == 2)
      }
      let text = try program(["eval", outputs.path(of: "run1"), "--ensemble", "vote"]).stdout
      #expect(text.hasPrefix("vote of 2 snapshots of smallcnn on 100 test images"), "\(text)")
    }

    @Test func whatPeopleAreTold() throws {
      let (run, outputs) = (try ShortRun.shared.get(), try TemporaryFolder())
      let job = try program(
        ["train"] + run.flags + ["--sched", "warm-restarts", "--restart-epochs", "1"]
          + ["--epochs", "30", "--lr", "0", "--weight-decay", "0", "--early-stop", "2"]
          + ["--save-best", "--output", outputs.path(of: "run")]
      )
      #expect(job.status == 0, "\(job.stderr)")
      for part in [
        "stopped early; the best on test was top-1 ", ": best.safetensors\n", "recommended: ",
        "WARNING: --save-best and --early-stop choose by the test images",
      ] {
        #expect(job.stderr.contains(part), "\(part) in \(job.stderr)")
      }
      let status = try jsonObject(outputs.path(of: "run/status.json"))
      #expect((status["message"] as? String)?.hasPrefix("stopped early after epoch ") == true)
      #expect(status["state"] as? String == "done")
    }

    @Test func refusals() throws {
      let run = try ShortRun.shared.get()
      for (arguments, status, words) in [
        ("train --save-best --eval-every 0", 64, ["--save-best", "--eval-every 0"]),
        ("train --early-stop 2 --eval-every 0", 64, ["--early-stop", "--eval-every 0"]),
        ("eval RUN --ensemble mean", 64, ["--ensemble mean", "average or vote"]),
        ("eval RUN --tta rotate", 64, ["--tta rotate", "none or flip"]),
        ("eval RUN --ensemble vote", 64, ["--ensemble vote", "no snapshots"]),
        ("eval FILE --ensemble vote", 64, ["--ensemble vote", "a single file"]),
      ] as [(String, Int32, [String])] {
        try Refusal(arguments, status, words[0], words[1])
          .check(["RUN": run.folder, "FILE": run.model])
      }
    }
  }
}
