import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// Ranks that were given different things: one sentence that says which, the right code, no
  /// training.
  struct Disagreements {
    /// Three ranks, of which rank 1 is started with something else.
    private func job(_ onRankOne: String, _ arguments: String = "") throws -> Spawned {
      let outputs = try TemporaryFolder()
      let job = try script(
        """
        set -- train --model smallcnn --steps 1 \(arguments) --output '\(outputs.path(of: "run"))'
        if [ "$OMPI_COMM_WORLD_RANK" = 1 ]; then \(onRankOne); fi
        exec "$PROGRAM" "$@"
        """,
        ranks: 3,
        seconds: 30
      )
      #expect(job.endedInOrder && job.sentences.count == 1, "\(job.stderr)")
      #expect(!FileManager.default.fileExists(atPath: outputs.path(of: "run")))
      return job
    }

    @Test(arguments: [("--seed 2", "--seed is 2"), ("--lr 0.5", "--lr is 0.5")])
    func anotherPlan(flag: String, words: String) throws {
      let job = try job("set -- \"$@\" \(flag)")
      #expect(job.status == 64, "\(job.stderr)")
      #expect(job.sentences.first?.contains("\(words) for rank 1") == true, "\(job.stderr)")
    }

    @Test func otherImagesOfTheSameNumber() throws {
      let (one, two) = (try TemporaryFolder(), try TemporaryFolder())
      for (folder, shade) in [(one, UInt8(10)), (two, UInt8(11))] {
        let records = (0..<20).flatMap { [UInt8($0 % 10)] + Array(repeating: shade, count: 3072) }
        try folder.write(records, to: "data_batch_1.bin")
        try folder.write(records, to: "test_batch.bin")
      }
      let job = try job(
        "set -- \"$@\" --data '\(two.path)'",
        "--batch-size 8 --data '\(one.path)'"
      )
      #expect(job.status == 65, "\(job.stderr)")
      #expect(job.sentences.first?.contains("images of rank 1 on ") == true, "\(job.stderr)")
    }

    @Test(.enabled(if: isX86, "OpenBLAS has other cores here"))
    func otherKernels() throws {
      let job = try job(
        "export OPENBLAS_CORETYPE=Nehalem",
        "--data synthetic; export OPENBLAS_CORETYPE=Core2; set -- \"$@\""
      )
      #expect(job.status == 69, "\(job.stderr)")
      #expect(job.sentences.first?.contains("--allow-mixed-cpu") == true, "\(job.stderr)")
    }
  }
}

#if arch(x86_64)
  private let isX86 = true
#else
  private let isX86 = false
#endif
