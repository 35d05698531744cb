import Foundation
import TestSupport
import Testing

extension ProgramTests {
  /// What `--resume` is given, and what it says.
  struct ResumePath {
    @Test(arguments: [
      Refusal("train --resume EMPTY", 65, "--resume EMPTY: EMPTY holds no run"),
      Refusal("train --resume RUN/checkpoints", 65, "holds checkpoints and no run: give RUN"),
      Refusal("train --resume RUN/none", 65, "--resume RUN/none: there is no run folder RUN/none"),
      Refusal("replay RUN/checkpoints/step-00000008", 65, "no run folder: give RUN"),
      Refusal("replay EMPTY", 65, "EMPTY holds no run"),
      Refusal("train --resume RUN --opt sgd", 64, "--opt sgd: the run in RUN", "adamw"),
      Refusal("train --resume RUN --opt sgd --allow-plan-change opt", 64, "no other --opt"),
      Refusal("train --resume RUN --allow-plan-change model", 64, "no other --model"),
      Refusal("train --resume RUN", 64, "9 ranks", "RUN keeps: start at most 8", ranks: [9]),
    ])
    func whatIsNoRunIsSaid(refusal: Refusal) throws {
      let empty = try TemporaryFolder()
      try refusal.check(["RUN": try ShortRun.shared.get().folder, "EMPTY": empty.path])
    }

    @Test func nothingIsNoFolder() throws {
      let job = try program(["train", "--resume", ""])
      #expect(job.status == 64 && job.stderr.contains("--resume ''"), "\(job.stderr)")
    }

    /// From inside too, and by the name of what it has.
    @Test func aCheckpointIsFoundFromAnywhere() throws {
      let (short, place) = (try ShortRun.shared.get(), try TemporaryFolder())
      let job = try script(
        """
        cp -r '\(short.folder)' '\(place.path)/auto'
        cd '\(place.path)/auto/checkpoints'
        "$PROGRAM" train --resume step-00000008 --quiet --epochs 3 || echo code $?
        cd step-00000008
        "$PROGRAM" train --resume . --quiet --epochs 3 || echo code $?
        cd '\(place.path)'
        "$PROGRAM" train --resume ./auto/checkpoints/step-00000008/manifest.json --quiet --epochs 3 \
          || echo code $?
        "$PROGRAM" train --data '\(short.images)' --model smallcnn --batch-size 64 --epochs 1000000 \
          --resume auto --output auto --allow-plan-change epochs --max-minutes 0.005
        """
      )
      #expect(job.stdout.components(separatedBy: "code 64").count == 4, "\(job.stdout)")
      let refused = job.stderr.components(separatedBy: "was trained with --epochs 2 (now 3)")
      #expect(refused.count == 4, "\(job.stderr)")
      let said = job.stdout + job.stderr
      #expect(said.contains(" train --resume ./auto\n"), "\(said)")
    }

    /// Nobody has said --output.
    @Test func aRunInUseIsNamed() throws {
      let (short, place) = (try ShortRun.shared.get(), try TemporaryFolder())
      let job = try script(
        """
        cp -r '\(short.folder)' '\(place.path)/run'
        cd '\(place.path)'
        flock run/.lock "$PROGRAM" train --resume run --epochs 3 --allow-plan-change epochs
        echo "code $?"
        """
      )
      #expect(job.stdout == "code 64\n" && job.sentences.count == 1, "\(job.stdout) \(job.stderr)")
      #expect(job.stderr.contains("adamw-ddp: the run in run is in use by"), "\(job.stderr)")
    }
  }
}
