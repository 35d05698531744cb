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

    @Test func oneByteOfOneImage() throws {
      let (one, two) = (try TemporaryFolder(), try TemporaryFolder())
      for (folder, shade) in [(one, UInt8(10)), (two, UInt8(11))] {
        var records = (0..<300).flatMap { image -> [UInt8] in
          [UInt8(image % 10)] + Array(repeating: 10, count: recordBytes - 1)
        }
        records[6 * recordBytes + 77] = shade
        try folder.write(records, to: "data_batch_1.bin")
        try folder.write(records, to: "test_batch.bin")
      }
      let job = try job(
        "set -- \"$@\" --data '\(two.path)'",
        "--batch-size 8 --data '\(one.path)'"
      )
      #expect(job.status == 65, "\(job.stderr)")
      let sentence = try #require(job.sentences.first)
      #expect(sentence.hasPrefix("the SHA-256 of the training images is "), "\(sentence)")
      #expect(sentence.contains(" for rank 1 on "), "\(sentence)")
    }

    /// One rank is told to do something else than to train: nobody waits for it.
    @Test(
      arguments: [
        ("set -- eval /no/such/run", "the command is eval for"),
        ("set -- --help", "the command is help for"),
        ("set -- \"$@\" --print-plan", "--print-plan is true for"),
        ("set -- estimate", "the command is estimate for"),
        ("set -- train --nonsense", "nonsense"),
        ("set -- \"$@\" --profile f", "--profile is f for"),
        ("set -- \"$@\" --zero 0", "--zero is 0 for"),
        ("set -- \"$@\" --steps 2", "--steps is 2 for"),
        ("set -- \"$@\" --eval-every 2", "--eval-every is 2 for"),
        ("set -- \"$@\" --save-best", "--save-best is true for"),
      ]
    )
    func anotherCommand(onRankOne: String, words: String) throws {
      let job = try job(onRankOne)
      #expect(job.status == 64, "\(job.stderr)")
      let sentence = job.sentences.first ?? ""
      #expect(sentence.contains(words) && sentence.contains("rank 1 on "), "\(job.stderr)")
    }

    /// What is not the plan's: models, measurements.
    @Test(
      arguments: [
        ("eval", "--json", "set -- eval OTHER", "RUN|FILE is OTHER for rank 1"),
        ("eval", "", "set -- \"$@\" --logits f", "--logits is f for rank 1"),
        ("eval", "", "set -- \"$@\" --conv direct", "--conv is direct for rank 1"),
        (
          "eval", "", "set -- \"$@\" --allow-mixed-cpu",
          "--allow-mixed-cpu is true for rank 1"
        ),
        (
          "eval", "--val-fraction 0.2", "set -- \"$@\" --val-fraction 0.3",
          "--val-fraction is 0.3 for rank 1"
        ),
        (
          "bench step", "--steps 1 --repeats 1", "set -- \"$@\" --steps 2",
          "--steps is 2 for rank 1"
        ),
        ("bench step", "--repeats 1", "set -- \"$@\" --size 8", "--size is 8 for rank 1"),
        ("bench step", "--repeats 1", "set -- \"$@\" --zero 0", "--zero is 0 for rank 1"),
      ]
    )
    func otherCommandsToo(
      command: String,
      flags: String,
      onRankOne: String,
      words: String
    ) throws {
      let run = try ShortRun.shared.get()
      let subject = command == "eval" ? "'\(run.folder)'" : "--model smallcnn"
      let job = try script(
        """
        set -- \(command) \(subject) \(flags)
        if [ "$OMPI_COMM_WORLD_RANK" = 1 ]; then \(onRankOne); fi
        exec "$PROGRAM" "$@"
        """,
        ranks: 2,
        seconds: 20
      )
      #expect(job.status == 64 && job.endedInOrder && job.sentences.count == 1, "\(job.stderr)")
      #expect(job.sentences.first?.contains(words) == true, "\(job.stderr)")
    }

    /// A copy of a run whose model is another: the path is the same, and what lies there is not.
    @Test func anotherModelUnderTheSamePath() throws {
      let (run, folder) = (try ShortRun.shared.get(), try TemporaryFolder())
      var bytes = try Array(Data(contentsOf: URL(filePath: run.model)))
      bytes[bytes.count - 1] ^= 1
      try folder.write(bytes, to: "1/model.safetensors")
      try folder.write(Array(Data(contentsOf: URL(filePath: run.model))), to: "0/model.safetensors")
      let job = try script(
        """
        cd '\(folder.path)'/$OMPI_COMM_WORLD_RANK
        exec "$PROGRAM" eval model.safetensors --data '\(run.images)'
        """,
        ranks: 2,
        seconds: 20
      )
      #expect(job.status == 65 && job.endedInOrder && job.sentences.count == 1, "\(job.stderr)")
      let sentence = try #require(job.sentences.first)
      #expect(sentence.hasPrefix("the digest of the model is "), "\(sentence)")
      #expect(sentence.contains(" for rank 1 on "), "\(sentence)")
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
