import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// `data`, by subcommand.
  struct DataCommands {
    @Test func infoSaysWhatThereIs() throws {
      let data = try smallData()
      let job = try program(["data", "info", data.path, "--json"], ranks: 2)
      #expect(job.status == 0, "\(job.stderr)")
      let report = try job.object()
      #expect(report["format"] as? String == "cifar10" && report["width"] as? Int == 32)
      let parts = try #require(report["parts"] as? [[String: Any]])
      #expect(parts.map { $0["images"] as? Int } == [200, 100])
      #expect(parts[1]["per_class"] as? [Int] == Array(repeating: 10, count: 10))
      #expect(job.stderr.contains("WARNING: test_batch.bin holds 100 of 10,000 records"))
      let text = try program(["data", "info", data.path]).stdout
      #expect(text.contains("airplane") && text.contains("data_batch_3.bin"))
    }

    /// What is prepared trains to the same weights.
    @Test func aPreparedFileTrainsTheSameBits() throws {
      let run = try ShortRun.shared.get()
      let folder = try TemporaryFolder()
      let file = folder.path(of: "images")
      let job = try program(["data", "prepare", run.images, "--output", file])
      #expect(job.status == 0, "\(job.stderr)")
      #expect(
        job.stdout.hasPrefix("\(file): 200 training, 100 test images of 32×32×3 in 10 classes, ")
      )
      var flags = run.flags
      flags[1] = file
      let again = try program(["train"] + flags + ["--output", folder.path(of: "run"), "--json"])
      #expect(again.status == 0, "\(again.stderr)")
      #expect(try again.object()["digest"] as? String == run.job.object()["digest"] as? String)
    }

    @Test(.enabled(if: tinyData() != nil, "needs ../shared/data/tiny"))
    func foldersOfPhotosAreTrainedOn() throws {
      let photos = try #require(tinyData()).appending(path: "flowers").path
      let folder = try TemporaryFolder()
      let file = folder.path(of: "flowers")
      let picture = ["--image-size", "32", "--crop", "center", "--val-fraction", "0.25"]
      let job = try program(["data", "prepare", photos, "--output", file] + picture + ["--json"])
      // Where the libraries are missing this is what is said.
      if job.stderr.contains("apt-get install") { return }
      #expect(job.status == 0, "\(job.stderr)")
      let report = try job.object()
      #expect((report["origin"] as? String)?.hasSuffix("32 × 32, antialias, crop center") == true)
      let train = ["train", "--model", "smallcnn", "--batch-size", "8", "--epochs", "1", "--json"]
      let direct = try program(
        train + ["--data", photos, "--output", folder.path(of: "a")] + picture,
        ranks: 2
      )
      #expect(direct.status == 0, "\(direct.stderr)")
      let prepared = try program(train + ["--data", file, "--output", folder.path(of: "b")])
      #expect(prepared.status == 0, "\(prepared.stderr)")
      #expect(
        try direct.object()["digest"] as? String == prepared.object()["digest"] as? String
      )
      let record = try Data(contentsOf: URL(filePath: folder.path(of: "a/run.json")))
      let run = try JSONSerialization.jsonObject(with: record) as? [String: Any]
      let decoder = (run?["data"] as? [String: Any])?["decoder"] as? String
      #expect(decoder?.hasPrefix("libturbojpeg.so.0") == true)
    }

    /// Without test images a run is evaluated on what its data hold out.
    @Test(.enabled(if: tinyData() != nil, "needs ../shared/data/tiny"))
    func aRunOnPhotosWithoutTestIsEvaluatedOnVal() throws {
      let photos = try #require(tinyData()).appending(path: "flowers").path
      let folder = try TemporaryFolder()
      for part in ["train", "val"] {
        try FileManager.default.createSymbolicLink(
          atPath: folder.path(of: part),
          withDestinationPath: photos
        )
      }
      let run = folder.path(of: "run")
      let job = try program([
        "train", "--data", folder.path, "--image-size", "16", "--model", "smallcnn",
        "--batch-size", "8", "--epochs", "1", "--output", run,
      ])
      if job.stderr.contains("apt-get install") { return }
      #expect(job.status == 0, "\(job.stderr)")
      let report = try program(["eval", run, "--json"]).object()
      #expect(report["split"] as? String == "val" && report["images"] as? Int == 40)
      try Refusal("eval RUN --split test", 64, "holds no test images").check(["RUN": run])
    }

    @Test func previewWritesAPicture() throws {
      let folder = try TemporaryFolder()
      let file = folder.path(of: "sheet.png")
      let job = try program(["data", "preview", "synthetic", "--output", file, "--count", "9"])
      if job.stderr.contains("apt-get install") { return }
      #expect(job.status == 0 && job.stdout == "\(file): 9 of 10,000 training images\n")
      let bytes = try Data(contentsOf: URL(filePath: file))
      #expect(bytes.starts(with: [0x89, 0x50, 0x4e, 0x47]))
      // Width and height: eight of 64 pixels in a row, and a second row.
      #expect(Array(bytes[16..<24]) == [0, 0, 2, 36, 0, 0, 1, 46])
    }

    @Test(arguments: [
      ("data info /none", 65, "there is no file or folder /none"),
      ("data prepare synthetic --output /none/file", 74, "cannot write /none/file"),
      ("data preview synthetic --output x --count 0", 64, "--count 0: expected"),
      ("data prepare synthetic --output x --resize big", 64, "--resize big: expected"),
    ])
    func mistakesAreAnswered(words: String, code: Int, start: String) throws {
      try Refusal(words, Int32(code), start).check()
    }
  }
}
