import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// A folder that is another one for some ranks, as one of a disk of each node.
  struct UnsharedFolder {
    /// Runs the program with rank 1 in a mount namespace of its own, in which `folder` is another.
    private func apart(_ arguments: String, _ folder: String) throws -> Spawned {
      try script(
        """
        if [ "$OMPI_COMM_WORLD_RANK" = 1 ]; then
          exec unshare -m sh -c "mount -t tmpfs none '\(folder)' && exec '$PROGRAM' \(arguments)"
        fi
        exec "$PROGRAM" \(arguments)
        """,
        ranks: 2
      )
    }

    private func skipWithoutNamespaces() throws {
      if try spawn("/bin/sh", ["-c", "unshare -m mount -t tmpfs none /mnt"]).status != 0 {
        try Test.cancel("no mount namespace can be made here")
      }
    }

    @Test func trainingIsRefused() throws {
      try skipWithoutNamespaces()
      let outputs = try TemporaryFolder()
      let job = try apart("train --steps 1 --output \(outputs.path(of: "run"))", outputs.path)
      #expect(job.status == 74 && job.sentences.count == 1, "\(job.stderr)")
      let words = try #require(job.sentences.first)
      #expect(
        words.hasPrefix("rank 1 on ") && words.contains("that rank 0 has made on "),
        "\(words)"
      )
      #expect(
        words.contains(outputs.path(of: "run")) && words.contains("No such file or directory")
      )
      #expect(
        words.hasSuffix("--output must be on a file system that all hosts share."),
        "\(words)"
      )
    }

    @Test func doctorSaysSo() throws {
      try skipWithoutNamespaces()
      let outputs = try TemporaryFolder()
      let flags = "doctor --output \(outputs.path(of: "run"))"
      let job = try apart(flags, outputs.path)
      let words = "WARNING: \(outputs.path) is not the same for rank 1 on "
      #expect(job.status == 0 && job.stdout.contains(words), "\(job.stdout)\(job.stderr)")
      let alone = try script("exec \"$PROGRAM\" \(flags)").stdout
      #expect(alone.contains("run folder      \(outputs.path): can be written, "), "\(alone)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: outputs.path).isEmpty)
      let none = try script("exec \"$PROGRAM\" doctor --output /proc/run").stdout
      #expect(none.contains("WARNING: no run folder can be in /proc: "), "\(none)")
    }
  }
}
