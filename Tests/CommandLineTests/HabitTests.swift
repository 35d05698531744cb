import Foundation
import Plans
import TestSupport
import Testing

extension ProgramTests {
  /// What people write who know other programs, and slips of the pen.
  struct Habits {
    @Test(arguments: [
      Refusal("--wd 0.1", 64, "'--wd'", "--weight-decay", "(see adamw-ddp train --help)"),
      Refusal("train -b 128", 64, "'-b'", "--batch-size", "GLOBAL", "adamw-ddp train --help"),
      Refusal("train -j4", 64, "'-j4'", "--threads"),
      Refusal("train --weight_decay 0.1", 64, "'--weight_decay': it is --weight-decay"),
      Refusal("train --no_pin", 64, "'--no_pin': it is --no-pin"),
      Refusal("train --wieght-decay 0.1", 64, "did you mean --weight-decay?"),
      Refusal("train --resume auto", 64, "--resume auto needs --output"),
      Refusal("train --resume auto --output x --overwrite", 64, "give one of them"),
      Refusal("train --resume /nowhere/run", 65, "no run folder /nowhere/run"),
      Refusal("train --auto-resume", 64, "'--auto-resume'", "--resume auto"),
      Refusal("train --allow-plan-change lr", 64, "add --resume"),
      Refusal("train --foo", 64, "unknown option '--foo' (see adamw-ddp train --help)"),
      Refusal("train -lr 3", 64, "unknown option '-lr': it is --lr (see adamw-ddp train --help)"),
      Refusal("eval RUN --lr 3", 64, "'--lr': adamw-ddp train has it", "adamw-ddp eval --help"),
      Refusal("eval RUN --wd 3", 64, "unknown option '--wd' (see adamw-ddp eval --help)"),
      Refusal("bench step --foo", 64, "(see adamw-ddp bench step --help)"),
      Refusal("doctor --wd", 64, "unknown option '--wd' (see adamw-ddp doctor --help)"),
      Refusal("explain --lr", 64, "Missing value for '--lr <X>' (see adamw-ddp explain --help)"),
      Refusal("trian --lr 3", 64, "no command 'trian' (did you mean train?)", "selftest"),
      Refusal("evaluate RUN --logits f", 64, "no command 'evaluate' (did you mean eval?)"),
      Refusal("sweep", 64, "no command 'sweep'; there are train, eval,"),
      Refusal("bench stp", 64, "no command 'stp' (did you mean step?)", "adamw-ddp bench --help"),
      Refusal("train --model resnet-20", 64, "--model resnet-20", "did you mean resnet20?"),
      Refusal("train --opt adamx", 64, "--opt adamx", "did you mean adamw?"),
      Refusal("train --preset paper-adamw", 64, "did you mean paper-adamwr?", "adamw-ddp presets"),
    ])
    func areAnswered(refusal: Refusal) throws {
      var one = refusal
      one.ranks = [nil]
      try one.check()
    }

    /// On several ranks it is still one sentence.
    @Test func areAnsweredOnce() throws {
      try Refusal("train --wd 0.1", 64, "--weight-decay", ranks: [3]).check()
      try Refusal("trian", 64, "did you mean train?", ranks: [3]).check()
    }

    @Test func wordsInAnyCaseAreOnePlan() throws {
      let own = ["--model", "resnet56v2", "--opt", "adamw", "--dialect", "pytorch", "--bn", "lane"]
      let other = [
        "--model", "ResNet56v2", "--opt", "AdamW", "--dialect", "PyTorch", "--bn", "LANE",
      ]
      let plans = try [own, other].map { try program(["train", "--print-plan"] + $0).stdout }
      #expect(plans[0] == plans[1] && plans[0].contains("model: resnet56v2\n"))
      let explained = try program(["explain", "--images", "1000", "--to", "PyTorch"])
      #expect(explained.status == 0 && explained.stdout.contains("torch.optim.AdamW"))
    }

    /// The record of a run makes the same run again, in a folder of its own.
    @Test func aRunFromTheRecordOfARun() throws {
      let (run, place) = (try ShortRun.shared.get(), try TemporaryFolder())
      let job = try script(
        "cd '\(place.path)' && exec \"$PROGRAM\" --config '\(run.folder)/plan.yaml' --json"
      )
      #expect(job.status == 0, "\(job.stderr)")
      #expect(try job.object()["digest"] as? String == run.job.object()["digest"] as? String)
      #expect((try job.object()["output"] as? String)?.hasPrefix("runs/smallcnn-") == true)
    }

    @Test func presetsAreListed() throws {
      let list = try program(["presets"], ranks: 2)
      #expect(list.status == 0 && list.stderr == "")
      // Families apart.
      let groups = list.stdout.split(separator: "\n\n").map { $0.split(separator: "\n") }
      #expect(
        groups.map { String($0[0].prefix(5)) } == ["autho", "blog-", "keras", "paper"]
      )
      let lines = groups.flatMap { $0 }
      #expect(lines.count == Preset.all.count)
      for preset in Preset.all {
        let line = lines.first { $0.hasPrefix(preset.name + " ") }
        #expect(line?.hasSuffix(preset.summary) == true)
      }
      let object = try program(["presets", "--json"]).object()
      #expect(object.count == Preset.all.count)
      #expect(
        object["paper-cifar10-100"] as? String
          == "AdamW on Shake-Shake 26 2x64d, 100 epochs: the paper's usual run"
      )
    }
  }
}
