import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// `replay` computes a run again, under mpirun too.
  struct Replaying {
    @Test(arguments: [nil, 3])
    func ofARun(ranks: Int?) throws {
      let run = try ShortRun.shared.get()
      let job = try program(["replay", run.folder, "--from", "0"], ranks: ranks)
      #expect(job.status == 0, "\(job.stderr)")
      let start = "steps 0 to 8 of \(run.folder) are as they were: 9 digests agree  ("
      #expect(job.stdout.hasPrefix(start) && job.stdout.count { $0 == "\n" } == 1, "\(job.stdout)")
      #expect(job.stderr == "replay of \(run.folder): 8 steps, 0 to 8\n")
      let object = try program(["replay", run.folder, "--json"], ranks: ranks).object()
      #expect(object["agrees"] as? Bool == true && object["to"] as? Int == 8)
      #expect(object["parts_at"] is NSNull && object["ranks"] as? Int == ranks ?? 1)
    }

    /// One line, which goes.
    @Test(.enabled(if: findProgram("script") != nil, "script is not in the PATH"))
    func progressOnATerminal() throws {
      let run = try ShortRun.shared.get()
      let command = "$PROGRAM replay \(run.folder) --from 0"
      let job = try script("exec script -qec \"stty cols 80 rows 50; exec \(command)\" /dev/null")
      #expect(job.status == 0, "\(job.stdout)")
      var screen = TerminalScreen(columns: 80)
      screen.show(job.stdout)
      #expect(screen.mostBars == 1 && screen.bars == 0, "\(job.stdout)")
      #expect(job.stdout.contains(" 8/8") && job.stdout.contains("loss "))
    }

    @Test(arguments: [nil, 3])
    func aDisagreementEndsWithSeventy(ranks: Int?) throws {
      let (run, place) = (try ShortRun.shared.get(), try TemporaryFolder())
      let copy = place.path(of: "run")
      try FileManager.default.copyItem(atPath: run.folder, toPath: copy)
      let log = "\(copy)/digests.csv"
      let text = try String(contentsOfFile: log, encoding: .utf8)
      try text.replacing(/\n3,[0-9a-f]{16},/, with: "\n3,0123456789abcdef,")
        .write(toFile: log, atomically: true, encoding: .utf8)
      let job = try program(["replay", copy, "--from", "0", "--json"], ranks: ranks)
      #expect(job.status == 70 && job.endedInOrder, "\(job.stderr)")
      #expect(job.sentences.count == 1 && job.stderr.contains("they part at step 3, whose digest"))
      let object = try job.object()
      #expect(object["agrees"] as? Bool == false && object["parts_at"] as? Int == 3)
      #expect(object["logged"] as? String == "0123456789abcdef")
    }

    @Test(arguments: [
      Refusal(
        "replay RUN --to 9",
        64,
        "--to 9: the last digest in RUN/digests.csv is that after step 8"
      ),
      Refusal("replay RUN --from -1", 64, "--from -1: expected an integer of at least 0"),
      Refusal("replay RUN --data synthetic", 65, "are others than those of RUN"),
      Refusal("replay RUN/none", 65, "there is no run folder RUN/none"),
    ])
    func whatCannotBeIsRefused(refusal: Refusal) throws {
      try refusal.check(["RUN": try ShortRun.shared.get().folder])
    }
  }
}
