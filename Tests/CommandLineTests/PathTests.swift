import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// Paths mean what the kernel takes them for.
  struct PathsOfFiles {
    private let small = "--model smallcnn --batch-size 40 --steps 0 --quiet --threads 1 --json"

    /// Runs lines in a folder that has the images of `place` in `name` and others where a textual
    /// reading would look.
    private func lines(
      _ lines: String,
      images name: String,
      others: String? = nil
    ) throws -> (Spawned, TemporaryFolder) {
      let place = try TemporaryFolder()
      for (folder, count) in [(name, 50), (others, 70)] {
        guard let folder else { continue }
        try place.write(records(count, seed: 1), to: "\(folder)/data_batch_1.bin")
        try place.write(records(count, seed: 2), to: "\(folder)/test_batch.bin")
      }
      return (try script("cd '\(place.path)'\n\(lines)"), place)
    }

    private func plannedData(_ place: TemporaryFolder) throws -> String? {
      let text = try String(contentsOfFile: place.path(of: "run/plan.yaml"), encoding: .utf8)
      return text.split(separator: "\n").first { $0.hasPrefix("data:") }
        .map { $0.dropFirst("data: ".count).trimmingCharacters(in: ["'", "\""]) }
    }

    /// Two dots behind a link lead to the parent of where it leads.
    @Test func dotsBehindALink() throws {
      let (job, place) = try lines(
        """
        mkdir -p real/sub; ln -s real/sub link
        "$PROGRAM" train --data link/../cifar --output run \(small) >/dev/null || exit
        cd / && "$PROGRAM" eval "$OLDPWD/run" --json
        """,
        images: "real/cifar",
        others: "cifar"
      )
      #expect(job.status == 0, "\(job.stderr)")
      #expect(try job.object()["images"] as? Int == 50)
      #expect(try plannedData(place) == place.path(of: "link/../cifar"))
    }

    @Test(arguments: ["~", "./~/a"])
    func aTildeIsAName(path: String) throws {
      let (job, place) = try lines(
        """
        export HOME="$PWD/home"
        "$PROGRAM" train --data '\(path)' --output run \(small) >/dev/null || exit
        cd / && "$PROGRAM" eval "$OLDPWD/run" --json
        """,
        images: path,
        others: "home"
      )
      #expect(job.status == 0, "\(job.stderr)")
      #expect(try job.object()["images"] as? Int == 50)
      #expect(try plannedData(place) == place.path(of: path))
    }

    /// A folder of that name does not hide the images that are built in.
    @Test func aFolderCalledSynthetic() throws {
      let (job, place) = try lines(
        """
        "$PROGRAM" train --data synthetic --output run \(small) >/dev/null || exit
        cd / && "$PROGRAM" eval "$OLDPWD/run" --json
        """,
        images: "synthetic"
      )
      #expect(job.status == 0, "\(job.stderr)")
      #expect(try job.object()["images"] as? Int == 2000)
      #expect(try plannedData(place) == "synthetic")
    }

    /// What the shell leaves of --output=~/run is refused before a folder of that name is made.
    @Test(arguments: [
      "--output=~/run", "--data=~/cifar", "--profile=~/trace", "--output=~root/run",
    ])
    func aTildeThatTheShellHasLeft(flag: String) throws {
      let (job, place) = try lines("\"$PROGRAM\" train \(flag) \(small)", images: "cifar")
      #expect(job.status == 64 && job.sentences.count == 1, "\(job.stderr)")
      let words = flag.replacingOccurrences(of: "=", with: " ")
      #expect(job.sentences.first?.contains(words) == true, "\(job.stderr)")
      #expect(job.sentences.first?.contains("./~") == true, "\(job.stderr)")
      #expect(!FileManager.default.fileExists(atPath: place.path(of: "~")))
    }

    @Test func outputIntoAFolderCalledTilde() throws {
      let (job, place) = try lines(
        "\"$PROGRAM\" train --data cifar --output ./~/run \(small)",
        images: "cifar"
      )
      #expect(job.status == 0, "\(job.stderr)")
      #expect(FileManager.default.fileExists(atPath: place.path(of: "~/run/model.safetensors")))
    }

    /// Whatever file fails, its path and the system's reason are said.
    @Test(
      arguments: [
        ("train --config none.yaml", 64, "--config none.yaml: No such file or directory"),
        ("train --config cifar", 64, "--config cifar: Is a directory"),
        ("train --data cifar/data_batch_1.bin/x", 65, "cifar/data_batch_1.bin/x"),
        ("eval none", 65, "none"),
        ("eval loop", 65, "loop: Too many levels of symbolic links"),
        ("eval cifar/data_batch_1.bin --data cifar", 65, "cifar/data_batch_1.bin is not"),
        ("eval badrun", 65, "badrun/plan.yaml: No such file or directory"),
        ("train --data cifar --output loop SMALL", 74, "loop: Too many levels of symbolic links"),
      ] as [(String, Int32, String)]
    )
    func aFileThatFailsIsNamedWithTheReason(line: String, code: Int32, words: String) throws {
      let flags = line.replacingOccurrences(of: "SMALL", with: small)
      let (job, _) = try lines(
        """
        ln -s loop loop; mkdir badrun; : > badrun/model.safetensors
        "$PROGRAM" \(flags)
        """,
        images: "cifar"
      )
      #expect(job.status == code && job.endedInOrder, "\(job.stderr)")
      #expect(job.sentences.count == 1, "\(job.stderr)")
      #expect(job.sentences.first?.contains(words) == true, "\(words) in \(job.stderr)")
    }
  }
}
