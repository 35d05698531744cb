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

    /// What train would refuse, of data too, is refused where its plan is printed.
    @Test(arguments: [
      Refusal("train --print-plan --weight-decay 0.02", 64, "--weight-decay 0.02 is λ", ranks: [3]),
      Refusal("train --print-plan --data /nowhere", 65, "/nowhere", ranks: [nil]),
      Refusal("train --print-plan --batch-size 10001", 64, "10000 training images", ranks: [nil]),
    ])
    func aPlanThatIsRefusedIsNotPrinted(refusal: Refusal) throws { try refusal.check() }

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

    /// Every flag of a command is a field that it takes or one of its own.
    @Test(
      arguments: [
        (
          "train", .train,
          [
            "config", "preset", "print-plan", "json", "quiet", "resume", "allow-plan-change",
            "requeue-exit-code",
          ]
        ),
        ("explain", .explain, ["config", "preset", "images", "at", "at-epochs", "to", "json"]),
        ("estimate", .estimate, ["config", "preset", "size", "classes", "ranks", "json"]),
        (
          "eval", .eval,
          ["RUN|FILE", "split", "allow-other-classes", "ensemble", "tta", "logits", "json"]
        ),
        (
          "bench step", .benchStep,
          ["config", "preset", "size", "classes", "repeats", "steps", "json"]
        ),
        ("replay", .replay, ["RUN", "from", "to", "json"]),
        ("bench loops", .benchKernels, ["repeats", "json"]),
        ("data info", .data, ["PATH", "json"]),
        ("data prepare", .data, ["PATH", "output", "json"]),
        ("data preview", .preview, ["PATH", "output", "count"]),
      ] as [(String, PlanField.Commands, [String])]
    )
    func everyFieldHasItsFlag(name: String, command: PlanField.Commands, own: [String]) throws {
      let job = try program(["--experimental-dump-help"])
      let tree = try JSONSerialization.jsonObject(with: Data(job.stdout.utf8)) as? [String: Any]
      var node = try #require(tree?["command"] as? [String: Any])
      for word in name.split(separator: " ") {
        let commands = try #require(node["subcommands"] as? [[String: Any]])
        node = try #require(commands.first { $0["commandName"] as? String == String(word) })
      }
      let arguments = try #require(node["arguments"] as? [[String: Any]])
      let flags = arguments.compactMap {
        ($0["preferredName"] as? [String: Any])?["name"] as? String ?? $0["valueName"] as? String
      }
      let fields = PlanField.all.filter { $0.commands.contains(command) }.map(\.flag)
      #expect(flags.sorted() == (fields + own + ["help", "version"]).sorted())
    }

    @Test(arguments: ["0.9,oops,0.99", "0.9,1.5,0.99", ",0.9,0.999"])
    func listsAreReadWhole(text: String) throws {
      try Refusal("train --opt-betas \(text)", 64, "--opt-betas \(text): expected").check()
    }
  }

  /// What the program says of itself.
  struct Help {
    @Test(arguments: [
      ["--help"], ["--version"], ["train", "--help"], ["eval", "--help"], ["replay", "--help"],
      ["doctor", "--help"],
      ["selftest", "--help"], ["help"], ["help", "eval"], ["bench"], ["bench", "step", "--help"],
      ["bench", "gemm", "--help"], ["bench", "conv", "--help"], ["bench", "loops", "--help"],
      ["estimate", "--help"], ["explain", "--help"], ["presets", "--help"],
      ["data"], ["data", "info", "--help"], ["data", "prepare", "--help"],
      ["data", "preview", "--help"],
      ["train", "--help-all"],
      ["--generate-completion-script", "bash"],
    ])
    func isPrintedOnce(arguments: [String]) throws {
      let alone = try program(arguments)
      #expect(alone.status == 0 && alone.stderr == "" && !alone.stdout.isEmpty, "\(alone.stderr)")
      let together = try program(arguments, ranks: 3)
      #expect(together.status == 0 && together.stdout == alone.stdout, "\(together.stderr)")
    }

    /// Few flags first, and where the others are.
    @Test(arguments: ["train", "eval", "explain", "estimate", "bench step"])
    func theCommonFlagsComeFirst(name: String) throws {
      let words = name.split(separator: " ").map(String.init)
      let few = try program(words + ["--help"]).stdout
      let all = try program(words + ["--help-all"]).stdout
      func flags(_ text: String) -> Set<String> {
        Set(text.matches(of: /(?m)^ {2}(?:-h, )?--([a-z0-9-]+)/).map { String($0.1) })
      }
      let rare = flags(all).subtracting(flags(few))
      let fields = PlanField.all.filter {
        // bench step has --steps of its own.
        flags(all).contains($0.flag) && (words[0] != "bench" || $0.flag != "steps")
      }
      let hidden: Set = ["help-hidden", "allow-plan-change", "requeue-exit-code"]
      #expect(rare.subtracting(hidden) == Set(fields.filter { !$0.isCommon }.map(\.flag)))
      #expect(flags(few).isSubset(of: flags(all)) && !rare.isEmpty)
      #expect(
        few.hasSuffix("These are the common flags; adamw-ddp \(name) --help-all lists them all.\n")
      )
      #expect(!all.contains("common flags") && !few.contains("\n\n\n"))
      if name == "train" { #expect(few.split(separator: "\n").count < 80, "\(few)") }
    }

    /// Of no command: the default one's.
    @Test func allFlagsWithoutACommand() throws {
      let root = try program(["--help"]).stdout
      #expect(root.hasSuffix("help.\n\nAll flags of a command: adamw-ddp train --help-all\n"))
      let all = try program(["--help-all"]).stdout
      #expect(all == (try program(["train", "--help-all"]).stdout))
      for words in [
        "by default 0.001; 0.05 for sgdw and sgd, 0.01 for adagrad, 1 for adadelta",
        "of over 20 times what", "label smoothing (default: 0)", "1e-8 in the paper",
      ] {
        #expect(all.replacing(/\s+/, with: " ").contains(words), "\(words)")
      }
    }

    /// Two terminals' widths: our own lines must not be broken by the narrow one.
    @Test(arguments: [80, 100])
    func fitsTheTerminal(columns: Int) throws {
      let commands = [
        [], ["train"], ["eval"], ["bench"], ["bench", "step"], ["bench", "gemm"],
        ["bench", "conv"], ["bench", "loops"], ["estimate"], ["explain"], ["presets"],
      ]
      for arguments in commands.flatMap({ [$0 + ["--help"], $0 + ["--help-all"]] }) {
        let text = try program(arguments, environment: ["COLUMNS": "\(columns)"]).stdout
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("USAGE") }
        #expect(lines.allSatisfy { $0.count <= columns }, "\(arguments)")
      }
      let text = try program(["--help"], environment: ["COLUMNS": "\(columns)"]).stdout
      for line in ["CIFAR-10:   adamw-ddp train --data cifar-10-batches-bin --epochs 30"] {
        #expect(text.split(separator: "\n").contains { $0.hasSuffix(line) })
      }
    }
  }
}
