import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// What a run prints and leaves in its folder.
  struct RunOutput {
    @Test func jsonIsAllOfStandardOutput() throws {
      let run = try ShortRun.shared.get()
      let summary = try run.job.object()
      #expect(summary["parameters"] as? Int == 24346)
      #expect(summary["steps"] as? Int == 8 && summary["epochs"] as? Double == 2)
      #expect(summary["ranks"] as? Int == 1 && summary["lanes"] as? Int == 8)
      #expect(try #require(summary["threads"] as? Int) >= 1)
      #expect(summary["output"] as? String == run.folder)
      #expect(summary["state"] as? String == "done")
      for name in ["train_loss", "test_loss", "images_per_s"] {
        #expect(try #require(summary[name] as? Double) > 0, "\(name)")
      }
      // A fraction: hundredths of a hundred images.
      let accuracy = try #require(summary["test_accuracy"] as? Double)
      #expect((0...1).contains(accuracy) && (accuracy * 100).rounded() / 100 == accuracy)
      let near = try #require(summary["test_accuracy5"] as? Double)
      #expect((accuracy...1).contains(near) && (near * 100).rounded() / 100 == near)
    }

    @Test(arguments: [nil, 2])
    func aRunThatDivergesSaysWhereItDid(ranks: Int?) throws {
      let (run, outputs) = (try ShortRun.shared.get(), try TemporaryFolder())
      let wild = ["--lr", "1e30", "--output", outputs.path(of: "run")]
      let job = try program(["train", "--quiet"] + run.flags + wild, ranks: ranks)
      #expect(job.status == 70)
      #expect(
        job.stderr.contains("training diverged: step ") && job.stderr.contains(" not finite (")
      )
      #expect(job.stderr.hasSuffix("--warmup-epochs or --on-nonfinite skip.\n") || ranks != nil)
    }

    /// Nobody is told to do what he has done.
    @Test func aRunThatDivergesThoughItSkips() throws {
      let (run, outputs) = (try ShortRun.shared.get(), try TemporaryFolder())
      let path = outputs.path(of: "run")
      let flags = [
        "--lr", "1e30", "--on-nonfinite", "skip", "--output", path, "--checkpoint-every", "1",
      ]
      let job = try program(["train", "--quiet"] + run.flags + flags)
      #expect(job.status == 70 && !job.stderr.contains("--on-nonfinite"), "\(job.stderr)")
      #expect(job.sentences.last?.contains("; the last checkpoint is that after step ") == true)
      #expect(job.sentences.last?.hasSuffix(" of \(path).") == true, "\(job.stderr)")
    }

    @Test func jsonComesOnceFromThreeRanks() throws {
      let (run, outputs) = (try ShortRun.shared.get(), try TemporaryFolder())
      let job = try program(
        ["train"] + run.flags + ["--json", "--output", outputs.path(of: "run")],
        ranks: 3
      )
      #expect(job.status == 0, "\(job.stderr)")
      #expect(try job.digits("ranks") == "3")
      for name in ["digest", "train_loss", "test_loss", "test_accuracy"] {
        #expect(try job.digits(name) == run.job.digits(name), "\(name)")
      }
    }

    /// The folder of the short run: 8 steps in 2 epochs of 4, a line every 3 steps.
    @Test func metricsAreWellFormed() throws {
      let folder = try ShortRun.shared.get().folder
      let table = try String(contentsOfFile: folder + "/metrics.csv", encoding: .utf8)
        .split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      let names = try #require(table.first).map(String.init)
      #expect(table.allSatisfy { $0.count == names.count })
      let lines = try String(contentsOfFile: folder + "/metrics.jsonl", encoding: .utf8)
        .split(separator: "\n")
      let objects = try lines.map {
        try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
      #expect(lines.count == table.count - 1)
      for ((row, line), object) in zip(zip(table.dropFirst(), lines), objects) {
        #expect(Set(object.keys) == Set(names))
        for (name, cell) in zip(names, row) {
          // The same digits in both files, where there is anything.
          let value = name == "kind" ? "\"\(cell)\"" : cell.isEmpty ? "null" : "\(cell)"
          #expect(line.contains("\"\(name)\": \(value)"))
        }
      }
      let kinds = objects.compactMap { object in
        (object["kind"] as? String).flatMap { kind in
          (object["step"] as? Int).map { "\(kind) \($0)" }
        }
      }
      #expect(
        kinds == [
          "train 3", "epoch 4", "test 4", "train 6", "train 8", "epoch 8", "test 8",
        ]
      )
    }

    @Test func theFolderExplainsTheRun() throws {
      let run = try ShortRun.shared.get()
      let files = try FileManager.default.contentsOfDirectory(atPath: run.folder).sorted()
      #expect(
        files == [
          "checkpoints", "digests.csv", "metrics.csv", "metrics.jsonl", "model.safetensors",
          "plan.yaml",
          "run.json",
          "status.json",
        ]
      )
      let status = try jsonObject(run.folder + "/status.json")
      #expect(status["state"] as? String == "done" && status["step"] as? Int == 8)
      let record = try jsonObject(run.folder + "/run.json")
      let fields = [
        "blas_cores", "kernel_level", "hosts", "threads", "started", "dialect", "launch",
      ]
      for field in fields { #expect(record[field] != nil, "\(field)") }
      #expect(record["steps_per_epoch"] as? Int == 4)
      // The same in both.
      let data = try #require(record["data"] as? [String: String])
      #expect(data.values.allSatisfy { $0.count == 64 } && data.count == 2)
      #expect(status["data"] as? [String: String] == data)
      let launch = try #require(record["launch"] as? [String: Any])
      // Known only of what launch/build.sh has built.
      #expect((launch["revision"] as? String)?.isEmpty == false)
    }

    /// run.json says which kernels ran; the evaluation takes those of the run.
    @Test(arguments: [nil, 2])
    func forcedKernels(ranks: Int?) throws {
      let (run, outputs) = (try ShortRun.shared.get(), try TemporaryFolder())
      let folder = outputs.path(of: "run")
      let flags = run.flags + ["--steps", "1", "--kernels", "baseline", "--output", folder]
      let job = try program(["train", "--json"] + flags, ranks: ranks)
      #expect(job.status == 0, "\(job.stderr)")
      #expect(try jsonObject(folder + "/run.json")["kernel_level"] as? String == "baseline")
      let evaluation = try program(["eval", folder, "--json"], ranks: ranks)
      #expect(try evaluation.digits("test_loss") == job.digits("test_loss"))
    }

    /// Two processes, two threads each, one file.
    @Test func aProfileOfTwoRanks() throws {
      let (run, outputs) = (try ShortRun.shared.get(), try TemporaryFolder())
      let trace = outputs.path(of: "trace.json")
      let job = try program(
        ["train"] + run.flags + ["--threads", "2", "--profile", trace]
          + ["--output", outputs.path(of: "run")],
        ranks: 2
      )
      #expect(job.status == 0, "\(job.stderr)")
      let events = try #require(jsonObject(trace)["traceEvents"] as? [[String: Any]])
      let timed = events.filter { $0["ph"] as? String == "X" }
      for (rank, thread) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let names = Set(
          timed.filter { $0["pid"] as? Int == rank && $0["tid"] as? Int == thread }
            .compactMap { $0["name"] as? String }
        )
        #expect(names.contains("convolution.forward"), "rank \(rank), thread \(thread)")
        #expect(names.contains("reduce") == (thread == 0))
      }
    }

    @Test func noStepsSaveTheInitialModel() throws {
      let (run, outputs) = (try ShortRun.shared.get(), try TemporaryFolder())
      let folder = outputs.path(of: "run")
      let job = try program(
        ["train"] + run.flags + ["--steps", "0", "--json", "--quiet", "--output", folder]
      )
      let summary = try job.object()
      #expect(job.status == 0 && summary["steps"] as? Int == 0)
      #expect(summary["train_loss"] == nil || summary["train_loss"] is NSNull)
      let evaluation = try program(["eval", folder, "--json"])
      #expect(try evaluation.digits("test_loss") == job.digits("test_loss"))
    }

    @Test func heldOutImagesAreChosenByAndTestImagesComeLast() throws {
      let (run, outputs) = (try ShortRun.shared.get(), try TemporaryFolder())
      let folder = outputs.path(of: "run")
      let job = try program(
        ["train"] + run.flags + ["--val-fraction", "0.2", "--save-best", "--output", folder],
        ranks: 3
      )
      #expect(job.status == 0, "\(job.stderr)")
      let record = try jsonObject(folder + "/run.json")
      #expect(record["train_images"] as? Int == 160 && record["val_images"] as? Int == 40)
      #expect(record["test_images"] as? Int == 100)
      for part in [
        "160 training, 40 val and 100 test images", "  val loss ", "  test loss ",
        "the best on val was ", "recommended: best.safetensors",
      ] { #expect(job.stderr.contains(part), "\(part) in \(job.stderr)") }
      #expect(!job.stderr.contains("WARNING"), "\(job.stderr)")
      let status = try jsonObject(folder + "/status.json")
      #expect(status["recommended"] as? String == "best.safetensors")
      let test = try program(["eval", folder, "--json"]).object()
      #expect(test["images"] as? Int == 100 && test["val_accuracy"] is NSNull)
      #expect(test["split"] as? String == "test" && test["test_accuracy"] is Double)
      let val = try program(["eval", folder, "--split", "val", "--json"], ranks: 2).object()
      #expect(val["images"] as? Int == 40 && val["test_accuracy"] is NSNull)
      #expect(val["split"] as? String == "val" && val["val_accuracy"] is Double)
      #expect(
        try program(["eval", folder, "--split", "val"]).stdout.contains("on 40 val images of")
      )
    }

    /// Without --output the folder's name says what was trained on what.
    @Test func theDefaultFolder() throws {
      let (run, place) = (try ShortRun.shared.get(), try TemporaryFolder())
      let job = try script(
        """
        cd '\(place.path)' && exec "$PROGRAM" train --data '\(run.images)' --model smallcnn \
          --steps 0 --quiet
        """,
        ranks: 3
      )
      #expect(job.status == 0, "\(job.stderr)")
      let names = try FileManager.default.contentsOfDirectory(atPath: place.path(of: "runs"))
      #expect(names.count == 1 && names[0].hasPrefix("smallcnn-cifar10-2"), "\(names)")
    }
  }
}
