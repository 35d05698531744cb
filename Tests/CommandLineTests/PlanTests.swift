import Foundation
import Plans
import Testing
import TestSupport

extension ProgramTests {
  /// The plan as flags, as a file and as help: one table, three faces.
  struct Plan {
    @Test func printedPlansAreReadAgain() throws {
      let folder = try TemporaryFolder()
      let flags = [
        "--lr", "0.01", "--bn", "group:32", "--epochs", "3", "--allow-small-bn", "--opt-betas",
        "0.8,0.99", "--no-pin", "--val-fraction", "0.25",
      ]
      let first = try program(["train", "--print-plan"] + flags)
      #expect(first.status == 0 && first.stderr == "", "\(first.stderr)")
      for line in ["lr: 0.01", "bn: group:32", "allow-small-bn: true", "opt-betas: 0.8,0.99"] {
        #expect(first.stdout.split(separator: "\n").contains { $0 == line }, "\(line)")
      }
      try folder.write(Array(first.stdout.utf8), to: "plan.yaml")
      let config = ["train", "--print-plan", "--config", folder.path(of: "plan.yaml")]
      #expect(try program(config, ranks: 3).stdout == first.stdout)

      let other = try program(config + ["--lr", "0.02"]).stdout
      let changed = first.stdout.replacingOccurrences(of: "lr: 0.01\n", with: "lr: 0.02\n")
      #expect(other == changed)
    }

    /// The plan that a run leaves makes the same run again.
    @Test func aRunFromItsPlan() throws {
      let (run, outputs) = (try ShortRun.shared.get(), try TemporaryFolder())
      let folder = outputs.path(of: "run")
      let job = try program(
        ["train", "--config", run.folder + "/plan.yaml", "--output", folder, "--json"]
      )
      #expect(job.status == 0, "\(job.stderr)")
      #expect(try job.object()["digest"] as? String == run.job.object()["digest"] as? String)
    }

    @Test func everyFieldHasItsFlagAndEveryFlagItsField() throws {
      let job = try program(["--experimental-dump-help"])
      let tree = try JSONSerialization.jsonObject(with: Data(job.stdout.utf8)) as? [String: Any]
      let root = try #require(tree?["command"] as? [String: Any])
      let commands = try #require(root["subcommands"] as? [[String: Any]])
      let train = try #require(commands.first { $0["commandName"] as? String == "train" })
      let arguments = try #require(train["arguments"] as? [[String: Any]])
      let flags = arguments.compactMap {
        ($0["preferredName"] as? [String: Any])?["name"] as? String
      }
      let more = ["config", "preset", "print-plan", "json", "quiet", "help", "version"]
      #expect(flags.sorted() == (PlanField.all.map(\.flag) + more).sorted())
    }
  }

  /// What the program says of itself.
  struct Help {
    @Test(arguments: [
      ["--help"], ["--version"], ["train", "--help"], ["eval", "--help"], ["doctor", "--help"],
      ["selftest", "--help"], ["help"], ["help", "eval"], ["bench"], ["bench", "step", "--help"],
      ["bench", "gemm", "--help"], ["bench", "conv", "--help"], ["bench", "loops", "--help"],
      ["estimate", "--help"], ["explain", "--help"],
    ])
    func isPrintedOnce(arguments: [String]) throws {
      let alone = try program(arguments)
      #expect(alone.status == 0 && alone.stderr == "" && !alone.stdout.isEmpty, "\(alone.stderr)")
      let together = try program(arguments, ranks: 3)
      #expect(together.status == 0 && together.stdout == alone.stdout, "\(together.stderr)")
    }

    /// Two terminals' widths: our own lines must not be broken by the narrow one.
    @Test(arguments: [80, 100])
    func fitsTheTerminal(columns: Int) throws {
      let commands = [
        [], ["train"], ["eval"], ["bench"], ["bench", "step"], ["bench", "gemm"],
        ["bench", "conv"], ["bench", "loops"], ["estimate"], ["explain"],
      ]
      for arguments in commands.map({ $0 + ["--help"] }) {
        let text = try program(arguments, environment: ["COLUMNS": "\(columns)"]).stdout
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("USAGE") }
        #expect(lines.allSatisfy { $0.count <= columns }, "\(arguments)")
      }
      let text = try program(["--help"], environment: ["COLUMNS": "\(columns)"]).stdout
      for line in ["Own data:   adamw-ddp train --data cifar-10-batches-bin --epochs 30"] {
        #expect(text.split(separator: "\n").contains { $0.hasSuffix(line) })
      }
    }
  }
}
