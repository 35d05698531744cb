import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// What `estimate` foresees is what a step then takes.
  struct Estimate {
    @Test func theNetworkAlone() throws {
      let lines = try program(["estimate", "--model", "resnet20"]).stdout.split(separator: "\n")
      #expect(
        lines == ["parameters        269,722", "multiply-adds  40,551,040  an image, forward"]
      )
      let report = try program(["estimate", "--json"], ranks: 2).object()
      #expect(report["parameters"] as? Int == 269_722)
      #expect(report["multiply_adds"] as? Int == 40_551_040 && report["total_mib"] == nil)
    }

    @Test func thePartsAddUp() throws {
      let flags = ["estimate", "--ranks", "3", "--threads", "2"]
      let report = try program(flags + ["--json"]).object()
      let parts = try #require(report["parts_mib"] as? [String: Double])
      let total = try #require(report["total_mib"] as? Double)
      // Each is rounded to a thousandth.
      #expect(abs(parts.values.reduce(0, +) - total) < 0.01 && parts.count == 8)
      let text = try program(flags).stdout
      for name in ["activations", "optimizer state", "BLAS buffers", "communication", "total"] {
        #expect(text.contains(name), "\(name)")
      }
      // A third of it each: shards of the optimizer state.
      let whole = try program(flags + ["--zero", "0", "--json"]).object()
      let states = [report, whole].map {
        ($0["parts_mib"] as? [String: Double])?["optimizer_state"] ?? 0
      }
      #expect(abs(3 * states[0] / states[1] - 1) < 0.02)
    }

    @Test(
      .disabled(if: isSanitized, "what is measured has the sanitizer's shadow in it"),
      arguments: [
        ["--model", "smallcnn", "--threads", "1"], ["--model", "resnet20", "--threads", "2"],
        ["--model", "resnet20", "--threads", "1", "--bn", "lane", "--size", "24"],
        ["--model", "smallcnn", "--threads", "2", "--batch-size", "200", "--opt", "sgd"],
        ["--model", "resnet20", "--threads", "1", "--bn", "lane", "--accumulate", "4"],
      ]
    )
    func isRightToFivePercent(flags: [String]) throws {
      let estimate = try program(["estimate", "--ranks", "1", "--json"] + flags).object()
      let bench = try program(["bench", "step", "--repeats", "1", "--json"] + flags).object()
      let planned = try #require(estimate["total_mib"] as? Double)
      let measured = try #require(bench["measured_mib"] as? Double)
      #expect(bench["planned_mib"] as? Double == planned)
      #expect(abs(planned / measured - 1) < 0.05, "\(planned) MiB planned, \(measured) measured")
    }

    @Test func roundsSaveMemory() throws {
      let flags = ["estimate", "--model", "resnet20", "--threads", "1", "--bn", "lane"]
      let rounds = flags + ["--accumulate", "4"]
      let (atOnce, part) = try (
        program(flags + ["--json"]).object(), program(rounds + ["--json"]).object()
      )
      let whole = try #require(atOnce["total_mib"] as? Double)
      #expect(try #require(part["total_mib"] as? Double) < whole / 2)
      #expect(part["total_in_one_round_mib"] as? Double == whole)
      #expect(try program(rounds).stdout.contains("total in one round"))
      #expect(try !program(flags).stdout.contains("total in one round"))
    }

    @Test(arguments: [
      Refusal("estimate --accumulate 2", 64, "--accumulate 2", "--bn lane"),
      Refusal("estimate --ranks 9", 64, "9 ranks", "--lanes 9"),
      Refusal("estimate --batch-size 2147483647", 64, "--batch-size 2147483647", "16777216"),
      Refusal("estimate --ranks 0", 64, "--ranks 0"),
      Refusal("estimate --model resnet21", 64, "--model resnet21"),
    ])
    func areRefused(refusal: Refusal) throws { try refusal.check() }
  }
}
