import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// `--conv` and `--no-fusion`: how the network is computed.
  struct EngineFlags {
    private static let model = ["--model", "resnet20", "--batch-size", "32", "--ranks", "1"]

    /// Trains a few steps; returns the summary and the run folder's run.json.
    private func train(_ flags: [String], _ folder: String) throws -> (
      summary: [String: Any], run: [String: Any]
    ) {
      let run = try ShortRun.shared.get()
      let job = try program(["train"] + run.flags + ["--json", "--output", folder] + flags)
      #expect(job.status == 0, "\(job.stderr)")
      return (try job.object(), try jsonObject(folder + "/run.json"))
    }

    @Test func directIsAnotherMethodAndEvalKnowsIt() throws {
      let (outputs, plain) = (try TemporaryFolder(), try ShortRun.shared.get().job.object())
      let folder = outputs.path(of: "run")
      let (summary, run) = try train(["--conv", "direct"], folder)
      #expect(summary["digest"] as? String != plain["digest"] as? String)
      let ways = try #require(run["convolutions"] as? [String: String])
      #expect(!ways.isEmpty && ways.values.allSatisfy { $0 == "direct" })
      let own = try program(["eval", folder, "--json"])
      let job = try program(["eval", folder, "--conv", "direct", "--no-fusion", "chain", "--json"])
      #expect(own.status == 0 && job.status == 0, "\(own.stderr)\(job.stderr)")
      let loss = try #require(summary["test_loss"] as? Double)
      #expect(try own.object()["test_loss"] as? Double == loss)
      #expect(try job.object()["test_loss"] as? Double == loss)
      let winograd = try program(["eval", folder, "--conv", "winograd", "--json"])
      #expect(try winograd.object()["test_loss"] as? Double != loss)
    }

    @Test func fusionsLeaveTheBits() throws {
      let (outputs, plain) = (try TemporaryFolder(), try ShortRun.shared.get())
      let (summary, run) = try train(
        ["--no-fusion", "chain", "--no-fusion", "normalize,statistics"],
        outputs.path(of: "run")
      )
      #expect(summary["digest"] as? String == (try plain.job.object()["digest"] as? String))
      #expect(run["fusions_off"] as? [String] == ["normalize", "statistics", "chain"])
      let usual = try jsonObject(plain.folder + "/run.json")
      #expect(usual["fusions_off"] as? [String] == [])
      let ways = try #require(usual["convolutions"] as? [String: String])
      #expect(ways.values.contains("winograd") && ways.values.contains("direct"))
    }

    /// What is left out takes memory, which estimate and bench step foresee alike.
    @Test func estimateFollows() throws {
      let plain = try program(["estimate", "--json"] + Self.model).object()
      let flags = ["--no-fusion", "normalize"]
      let other = try program(["estimate", "--json"] + Self.model + flags).object()
      let direct = ["--conv", "direct"]
      let untransformed = try program(["estimate", "--json"] + Self.model + direct).object()
      func activations(_ report: [String: Any]) -> Double {
        (report["parts_mib"] as? [String: Double])?["activations"] ?? 0
      }
      #expect(activations(other) > activations(plain))
      #expect(activations(untransformed) < activations(plain))
      let bench = ["bench", "step", "--repeats", "1", "--threads", "1", "--json"]
      let step = try program(bench + Self.model.dropLast(2) + flags).object()
      let threaded = try program(
        ["estimate", "--json", "--threads", "1"] + Self.model + flags
      ).object()
      #expect(step["planned_mib"] as? Double == threaded["total_mib"] as? Double)
    }

    @Test(arguments: [
      Refusal("train --no-fusion none", 64, "--no-fusion none", "gradient-sums"),
      Refusal("train --no-fusion chain,", 64, "--no-fusion chain,", "gradient-sums"),
      Refusal("train --conv fft", 64, "--conv fft", "winograd"),
      Refusal("estimate --conv fft", 64, "--conv fft", "winograd"),
      Refusal("bench step --no-fusion x", 64, "--no-fusion x", "activation"),
      Refusal("eval nowhere --no-fusion x", 64, "--no-fusion x", "activation"),
    ])
    func areRefused(refusal: Refusal) throws { try refusal.check() }
  }
}
