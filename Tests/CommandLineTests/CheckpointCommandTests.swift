import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// `checkpoint list`, `verify` and `prune`.
  struct Checkpoints {
    /// A run with checkpoints after two, four and six of its eight steps, and its end.
    private func run() throws -> TemporaryFolder {
      let (short, outputs) = (try ShortRun.shared.get(), try TemporaryFolder())
      let job = try program(
        ["train"] + short.flags + ["--checkpoint-every", "2", "--keep-checkpoints", "9"]
          + ["--output", outputs.path(of: "run"), "--quiet"]
      )
      #expect(job.status == 0, "\(job.stderr)")
      return outputs
    }

    private func checkpoint(_ command: String, _ run: String, _ flags: String...) throws -> Spawned
    {
      let job = try program(["checkpoint", command, run] + flags)
      #expect(job.endedInOrder)
      return job
    }

    @Test func listVerifyAndPrune() throws {
      let outputs = try run()
      let run = outputs.path(of: "run")
      func states() throws -> [[String]] {
        let job = try checkpoint("list", run)
        #expect(job.status == 0, "\(job.stderr)")
        return job.stdout.split(separator: "\n").dropFirst().map { line in
          let words = line.split(separator: " ").map(String.init)
          return [words[0], words[words.count - 1]]
        }
      }
      let names = [2, 4, 6, 8].map { "step-0000000\($0)" }
      #expect(try states() == names.map { [$0, "complete"] })
      #expect(try checkpoint("verify", run).status == 0)

      let part = "\(run)/checkpoints/\(names[1])/part-00000.safetensors"
      var bytes = try Data(contentsOf: URL(filePath: part))
      bytes[bytes.count - 9] ^= 2
      try bytes.write(to: URL(filePath: part))
      try Data("{".utf8).write(to: URL(filePath: "\(run)/checkpoints/\(names[2])/manifest.json"))
      try FileManager.default.removeItem(atPath: "\(run)/checkpoints/\(names[0])/manifest.json")
      #expect(
        try states() == [
          [names[0], "incomplete"], [names[1], "complete"], [names[2], "damaged"],
          [names[3], "complete"],
        ]
      )
      let verified = try checkpoint("verify", run)
      #expect(verified.status == 65 && verified.sentences.count == 1, "\(verified.stderr)")
      #expect(verified.stdout.contains("\(part) is damaged"))
      #expect(verified.stdout.contains("\(names[3])  whole"))
      #expect(verified.stdout.split(separator: "\n").count == 3)

      #expect(try checkpoint("prune", run, "--keep", "0").status == 64)
      let pruned = try checkpoint("prune", run, "--keep", "2")
      #expect(pruned.status == 0 && pruned.stdout == "removed 2, kept 2\n", "\(pruned.stderr)")
      #expect(try states().map(\.[0]) == [names[2], names[3]])
      #expect(try checkpoint("prune", run).stdout == "removed 1, kept 1\n")
      #expect(try checkpoint("verify", run).status == 0)
      // What is left is what the run needs.
      let over = try program(["train", "--resume", run])
      #expect(over.status == 0 && (over.stdout + over.stderr).contains("is over"), "\(over.stderr)")
    }

    @Test func noRun() throws {
      let place = try TemporaryFolder()
      for command in ["list", "verify", "prune"] {
        let missing = try checkpoint(command, place.path(of: "none"))
        #expect(missing.status == 65 && missing.sentences.count == 1, "\(missing.stderr)")
        let empty = try checkpoint(command, place.path)
        #expect(empty.status == 65 && empty.stderr.contains("\(place.path) holds no run."))
      }
    }

    /// What was not looked at is not good.
    @Test func nothingToVerifyIsNoAgreement() throws {
      let outputs = try run()
      let run = outputs.path(of: "run")
      let checkpoints = "\(run)/checkpoints"
      for command in ["list", "verify", "prune"] {
        let above = try checkpoint(command, checkpoints)
        #expect(above.status == 65 && above.stderr.contains("no run: give \(run)."))
        let inside = try checkpoint(command, "\(checkpoints)/step-00000008/")
        #expect(inside.status == 65 && inside.stderr.contains("give \(run)."), "\(inside.stderr)")
      }
      try FileManager.default.removeItem(atPath: checkpoints)
      let verified = try checkpoint("verify", run)
      #expect(verified.status == 65 && verified.stderr.contains("holds no complete checkpoint"))
      #expect(try checkpoint("list", run).status == 0)
      // A folder that cannot be read is the file system's matter.
      try FileManager.default.createSymbolicLink(
        atPath: checkpoints,
        withDestinationPath: checkpoints
      )
      for command in [["checkpoint", "list"], ["checkpoint", "verify"], ["train", "--resume"]] {
        let job = try program(command + [run])
        #expect(job.status == 74 && job.sentences.count == 1, "\(job.stderr)")
        #expect(job.stderr.contains(checkpoints))
      }
    }

    /// Many damages at once of what is small, and the program ends in order with one sentence.
    @Test func aDamagedRunIsRefusedInASentence() throws {
      let outputs = try run()
      let run = outputs.path(of: "run")
      for step in [2, 4, 6, 8] {
        try Data("x".utf8).write(
          to: URL(filePath: "\(run)/checkpoints/step-0000000\(step)/manifest.json")
        )
      }
      try FileManager.default.removeItem(atPath: "\(run)/status.json")
      for ranks in [nil, 2] {
        let job = try program(["train", "--resume", run], ranks: ranks)
        #expect(job.status == 65 && job.endedInOrder && job.sentences.count == 1, "\(job.stderr)")
      }
    }
  }
}
