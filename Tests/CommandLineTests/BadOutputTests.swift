import Foundation
import TestSupport
import Testing

/// Whether a file system can be mounted that nobody else sees.
private let canMount: Bool = {
  guard findProgram("unshare") != nil else { return false }
  let job = try? script(mounting("true"))
  return job?.status == 0
}()

/// A script that mounts 64 KiB on /mnt for itself alone, then goes on with `text`.
private func mounting(_ text: String) -> String {
  """
  if [ -z "$INSIDE" ]; then
    flags=-m; if [ "$(id -u)" != 0 ]; then flags=-rm; fi
    INSIDE=1 exec unshare $flags "$0"
  fi
  mount -t tmpfs -o size=64k tmpfs /mnt || exit 99
  \(text)
  """
}

extension ProgramTests {
  /// Folders and files that cannot be written.
  struct BadOutput {
    private let small = "--model smallcnn --batch-size 64 --steps 1 --quiet"

    @Test func belowAFile() throws {
      let (data, folder) = (try smallData(), try TemporaryFolder())
      try folder.write([1], to: "file")
      let path = folder.path(of: "file/run")
      try Refusal("train --data DATA \(small) --output PATH", 74, "--output PATH", "Not a dir")
        .check(["DATA": data.path, "PATH": path])
      try Refusal("train --data DATA \(small) --output PATH", 74, "--output PATH", "a file")
        .check(["DATA": data.path, "PATH": folder.path(of: "file")])
    }

    @Test func aFolderThatHoldsARun() throws {
      let run = try ShortRun.shared.get()
      let before = try Data(contentsOf: URL(filePath: run.model))
      let words = ["already holds a run", "--overwrite"]
      try Refusal("train --data DATA \(small) --output RUN", 64, "--output RUN", words[0], words[1])
        .check(["DATA": run.images, "RUN": run.folder])
      #expect(areSame(try Data(contentsOf: URL(filePath: run.model)), before))
    }

    @Test func overwriteReplacesIt() throws {
      let (data, folder) = (try smallData(), try TemporaryFolder())
      let run = folder.path(of: "run")
      let flags = ["train", "--data", data.path, "--output", run]
      let plan = small.split(separator: " ").map(String.init)
      #expect(try program(flags + plan).status == 0)
      let job = try program(flags + plan + ["--steps", "0", "--overwrite"], ranks: 3)
      #expect(job.status == 0, "\(job.stderr)")
      #expect(try jsonObject(run + "/status.json")["step"] as? Int == 0)
    }

    /// Told before anything is computed: an evaluation of missing images would be an error of its
    /// own.
    @Test(arguments: [
      ("/no/folder/logits", "No such file or directory"), ("FOLDER", "Is a directory"),
      ("FOLDER/file/inside", "Not a directory"),
    ])
    func logitsThatCannotBeWritten(path: String, reason: String) throws {
      let (run, folder) = (try ShortRun.shared.get(), try TemporaryFolder())
      try folder.write([], to: "file")
      try Refusal("eval RUN --data /nowhere --logits \(path)", 74, path + ": ", reason)
        .check(["RUN": run.folder, "FOLDER": folder.path])
    }

    /// Before the first step, and before there is a run folder.
    @Test(arguments: [
      ("/no/folder/trace", "No such file or directory"), ("FOLDER", "Is a directory"),
      ("FOLDER/file/inside", "Not a directory"),
    ])
    func aProfileThatCannotBeWritten(path: String, reason: String) throws {
      let (run, folder) = (try ShortRun.shared.get(), try TemporaryFolder())
      try folder.write([], to: "file")
      let flags = run.flags.joined(separator: " ") + " --output FOLDER/run"
      try Refusal("train \(flags) --profile \(path)", 74, path + ": ", reason)
        .check(["FOLDER": folder.path])
      #expect(!FileManager.default.fileExists(atPath: folder.path(of: "run")))
    }

    /// The run makes the folder that the profile goes into.
    @Test func aProfileInTheRunFolder() throws {
      let (run, folder) = (try ShortRun.shared.get(), try TemporaryFolder())
      let output = folder.path(of: "run")
      let flags = ["--output", output, "--profile", output + "/trace.json", "--steps", "4"]
      let job = try program(["train"] + run.flags + flags)
      #expect(job.status == 0, "\(job.stderr)")
      #expect(try jsonObject(output + "/trace.json")["traceEvents"] != nil)
    }

    /// A place that cannot hold a checkpoint is refused before anything is written to it.
    @Test(.enabled(if: canMount, "no file system can be mounted here"))
    func aPlaceWithoutRoom() throws {
      let data = try smallData()
      let train = "\"$PROGRAM\" train --data '\(data.path)' \(small) --output /mnt/run"
      let job = try script(mounting("\(train)\ncode=$?\nls -A /mnt\nexit $code"))
      #expect(job.status == 74 && job.stdout.isEmpty, "\(job.stdout)\(job.stderr)")
      #expect(job.sentences.count == 1, "\(job.stderr)")
      let sentence = job.sentences.first ?? ""
      #expect(
        sentence.hasPrefix("--output /mnt/run: 0.1 MiB are free on its file system, and one ")
      )
      #expect(sentence.hasSuffix("make room, or choose another place."), "\(sentence)")
    }

    /// Where another run's files are to make room, that is seen only later.
    @Test(
      .enabled(if: canMount, "no file system can be mounted here"),
      arguments: [1, 3],
      ["model", "best"]
    )
    func aFullDisk(ranks: Int, file: String) throws {
      let data = try smallData()
      let flags = file == "best" ? small + " --save-best" : small
      let launch = "mpirun -n \(ranks) --oversubscribe --bind-to none"
      let job = try script(
        mounting(
          """
          \(launch) "$PROGRAM" train --data '\(data.path)' \(flags) --output /mnt/run --overwrite
          code=$?
          cat /mnt/run/status.json
          exit $code
          """
        )
      )
      #expect(job.status == 74 && job.endedInOrder, "\(job.stderr)")
      #expect(job.sentences.count == 1, "\(job.stderr)")
      let sentence = job.sentences.first ?? ""
      #expect(sentence.contains("/mnt/run/\(file).safetensors: No space left"), "\(sentence)")
      #expect(job.stdout.contains("\"state\"") && !job.stdout.contains("done"), "\(job.stdout)")
    }
  }
}
