import Foundation
import TestSupport
import Testing

/// Whether a process of a user that is nobody else can run the program.
private let canBeNobody: Bool = {
  guard geteuid() == 0, findProgram("setpriv") != nil else { return false }
  return (try? script("\(asNobody) \"$PROGRAM\" --version"))?.status == 0
}()

/// The superuser's threads are not counted.
private let asNobody = "setpriv --reuid 54321 --regid 54321 --clear-groups"

extension ProgramTests {
  /// Limits of the system: a sentence and a code before anything is trained.
  @Suite(.enabled(if: findProgram("bash") != nil, "there is no bash"))
  struct Limits {
    /// Trains under limits that bash sets; returns the files it leaves, too.
    private func train(
      _ limit: String,
      _ flags: String = "--threads 1",
      ranks: Int? = nil
    ) throws -> (job: Spawned, files: [String]) {
      let (run, outputs) = (try ShortRun.shared.get(), try TemporaryFolder())
      let folder = outputs.path(of: "run")
      let words = run.flags.map { "'\($0)'" }.joined(separator: " ")
      let command = "exec \"$0\" train \(words) --quiet --output '\(folder)' \(flags)"
      let text = "exec bash -c '\(limit); \(command.replacingOccurrences(of: "'", with: "'\\''"))' "
      let job = try script(text + "\"$PROGRAM\"", ranks: ranks, seconds: 20)
      return (job, (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    }

    @Test(
      arguments: [
        ("ulimit -v 250000", 69, "ulimit -v"), ("ulimit -v 400000", 69, "ulimit -v"),
        ("ulimit -d 200000", 69, "ulimit -d"), ("ulimit -s 64", 69, "ulimit -s 512"),
        ("ulimit -d 60000", 69, "ulimit -d"), ("ulimit -n 12", 69, "ulimit -n 64"),
        ("ulimit -f 64", 74, "ulimit -f"),
      ] as [(String, Int32, String)]
    )
    func aLimitIsNamed(limit: String, code: Int32, words: String) throws {
      // One thread more than the least machine has, so that its buffers count.
      let (job, files) = try train(limit, "--threads 3")
      #expect(job.status == code && job.endedInOrder, "\(job.stderr)")
      #expect(job.sentences.count == 1 && job.sentences[0].contains(words), "\(job.stderr)")
      #expect(files == [])
    }

    /// What the sentence says is enough, is enough.
    @Test func theAdviceHelps() throws {
      var (limit, tries) = ("ulimit -v 250000", 0)
      while tries < 4 {
        let (job, files) = try train(limit)
        if job.status == 0 { return #expect(files.contains("model.safetensors")) }
        let sentence = try #require(job.sentences.first, "\(job.stderr)")
        let advice = try #require(sentence.firstMatch(of: /ulimit -v \d+/), "\(sentence)")
        (limit, tries) = (String(advice.output), tries + 1)
      }
      Issue.record("\(limit) is not enough")
    }

    /// A soft limit of the stack is raised, and the threads' stacks do not depend on it.
    @Test func aSmallStackThatMayGrow() throws {
      #expect(try train("ulimit -Ss 64", "--threads 2").job.status == 0)
    }

    @Test func ranksSayItOnce() throws {
      let (job, files) = try train("ulimit -s 64", ranks: 2)
      #expect(job.status == 69 && job.endedInOrder, "\(job.stderr)")
      #expect(job.sentences.count == 1, "\(job.stderr)")
      #expect(files == [])
    }

    /// The first rank has no such limit and cannot say it.
    @Test func aLimitOfAnotherRankIsNamed() throws {
      let limit = "[ \"$OMPI_COMM_WORLD_RANK\" = 0 ] || ulimit -n 40"
      let (job, files) = try train(limit, ranks: 2)
      #expect(job.status == 69 && job.endedInOrder, "\(job.stderr)")
      let sentence = try #require(job.sentences.first, "\(job.stderr)")
      #expect(job.sentences.count == 1 && sentence.hasPrefix("rank 1: "), "\(job.stderr)")
      #expect(sentence.contains("ulimit -n 64"), "\(sentence)")
      #expect(files == [])
    }

    /// The model fits and the metrics do not: the row is refused, and no half file stays.
    @Test func aFileThatMayNotGrow() throws {
      let (job, files) = try train("ulimit -f 100", "--log-every 1 --epochs 120 --eval-every 0")
      #expect(job.status == 74 && job.endedInOrder, "\(job.stderr)")
      let sentence = try #require(job.sentences.first)
      #expect(sentence.contains("/metrics.") && sentence.contains("File too large"), "\(sentence)")
      #expect(!files.contains { $0.contains(".writing-") })
    }

    @Test(.enabled(if: canBeNobody, "another user cannot run the program here"))
    func threadsThatCannotBeStarted() throws {
      let job = try script(
        """
        exec \(asNobody) bash -c 'ulimit -u 2; exec "$0" bench loops --threads 3 --repeats 1' "$PROGRAM"
        """,
        environment: ["OPENBLAS_NUM_THREADS": "1"]
      )
      #expect(job.status == 69 && job.endedInOrder, "\(job.stderr)")
      #expect(job.sentences.first?.contains("of 3 threads can be started") == true, "\(job.stderr)")
    }
  }
}
