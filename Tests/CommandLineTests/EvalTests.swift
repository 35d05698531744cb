import Checkpoints
import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// `eval` gives exactly what the run said at its end.
  struct Eval {
    @Test(arguments: [nil, 3])
    func ofARunOrAFile(ranks: Int?) throws {
      let run = try ShortRun.shared.get()
      for target in [[run.folder], [run.model, "--data", run.images]] {
        let job = try program(["eval"] + target + ["--json"], ranks: ranks)
        #expect(job.status == 0, "\(job.stderr)")
        for name in ["test_accuracy", "test_accuracy5", "test_loss", "parameters"] {
          #expect(try job.digits(name) == run.job.digits(name), "\(name)")
        }
        #expect(try job.digits("images") == "100")
      }
    }

    /// The run's accuracy was on other images than those that lie there now.
    @Test func imagesThatChangedSinceAreNamed() throws {
      let (data, outputs) = (try smallData(), try TemporaryFolder())
      let run = outputs.path(of: "run")
      let flags = [
        "--data", data.path, "--model", "smallcnn", "--batch-size", "64", "--steps", "1",
      ]
      #expect(try program(["train", "--output", run] + flags).status == 0)
      let before = try program(["eval", run])
      #expect(before.status == 0 && !before.stderr.contains("WARNING"), "\(before.stderr)")
      try data.write(records(100, seed: 7), to: "test_batch.bin")
      let after = try program(["eval", run])
      #expect(after.status == 0 && after.stderr.contains("are not those that the run had"))
      let other = try program(["eval", run, "--data", data.path])
      #expect(other.status == 0 && !other.stderr.contains("WARNING"), "\(other.stderr)")
    }

    /// An average over views, which the line and the object name.
    @Test func onMirrorImagesToo() throws {
      let run = try ShortRun.shared.get()
      let jobs = try [nil, 3].map { ranks in
        try program(["eval", run.folder, "--tta", "flip", "--json"], ranks: ranks).object()
      }
      #expect(jobs[0]["tta"] as? String == "flip")
      #expect(jobs[0]["test_loss"] as? Double == jobs[1]["test_loss"] as? Double)
      let plain = try program(["eval", run.folder, "--json"]).object()
      #expect(plain["tta"] as? String == "none")
      #expect(plain["test_loss"] as? Double != jobs[0]["test_loss"] as? Double)
      let line = try program(["eval", run.folder, "--tta", "flip"]).stdout
      #expect(line.contains(", each with its mirror image: "), "\(line)")
    }

    @Test func forPeople() throws {
      let run = try ShortRun.shared.get()
      let accuracy = try #require(run.job.object()["test_accuracy"] as? Double)
      let job = try program(["eval", run.folder], ranks: 3)
      let percent = String(format: "top-1 %.2f %%, top-5 ", 100 * accuracy)
      #expect(job.stdout.contains(percent) && job.stdout.count { $0 == "\n" } == 1)
    }

    /// The same file from any number of ranks, and its largest logits are the run's right answers.
    @Test func logits() throws {
      let (run, folder) = (try ShortRun.shared.get(), try TemporaryFolder())
      let accuracy = try #require(run.job.object()["test_accuracy"] as? Double)
      var files: [Data] = []
      for ranks in [nil, 3] {
        let path = folder.path(of: "\(ranks ?? 0).safetensors")
        let job = try program(["eval", run.folder, "--logits", path], ranks: ranks)
        #expect(job.status == 0, "\(job.stderr)")
        files.append(try Data(contentsOf: URL(filePath: path)))
        let file = try Safetensors(contentsOf: path)
        let (logits, labels) = (file.tensors["logits"], file.tensors["labels"])
        #expect(logits?.shape == [100, 10] && labels?.shape == [100])
        guard case .float(let values) = logits?.values, case .integer(let truth) = labels?.values
        else {
          Issue.record("logits are floats, labels integers")
          continue
        }
        let right = (0..<100).count { image in
          let row = values[10 * image..<10 * image + 10]
          return row.max() == row[10 * image + Int(truth[image])]
        }
        #expect(right == Int((100 * accuracy).rounded()))
      }
      #expect(areSame(files[0], files[1]))
    }

    /// Ten classes too, but others: what the model calls a cat is no figure of theirs.
    @Test func otherImages() throws {
      let run = try ShortRun.shared.get()
      try Refusal(
        "eval RUN --data synthetic",
        65,
        "10 of the 10 classes have other names",
        "was 'airplane'",
        "--allow-other-classes"
      ).check(["RUN": run.folder])
      let flags = ["--data", "synthetic", "--allow-other-classes", "--json"]
      let job = try program(["eval", run.folder] + flags, ranks: 3)
      #expect(job.status == 0, "\(job.stderr)")
      #expect(job.stderr.contains("WARNING") && job.stderr.contains("10 of the 10 classes"))
      #expect(try job.object()["images"] as? Int == 2000)
    }

    @Test func refusedSplits() throws {
      let run = try ShortRun.shared.get()
      for refusal in [
        Refusal("eval RUN --split train", 64, "--split train", "val or test"),
        Refusal("eval RUN --split val", 64, "--split val", "held no images out"),
        Refusal(
          "eval RUN --split test --val-fraction 0.2",
          64,
          "--val-fraction 0.2",
          "--split test"
        ),
      ] { try refusal.check(["RUN": run.folder]) }
    }
  }
}
