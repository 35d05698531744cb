import Plans
import Testing

/// What flags of other programs are called here.
struct ForeignFlagTests {
  /// Flags of the program that are no fields of a plan, and words of mpirun.
  private static let beside: Set<String> = [
    "config", "preset", "print-plan", "quiet", "help-all", "resume", "tta",
  ]

  /// Every flag that an answer names is one of ours, and no name is.
  @Test func theTableIsTrue() {
    var seen: Set<Substring> = []
    for (names, answer) in ForeignFlag.rows {
      for name in names.split(separator: " ") {
        #expect(seen.insert(name).inserted, "\(name) stands twice")
        #expect(PlanField.named(String(name)) == nil, "--\(name) is a flag here")
      }
      for match in answer.matches(of: /--([a-z0-9-]+)/) {
        let flag = String(match.1)
        #expect(PlanField.named(flag) != nil || Self.beside.contains(flag), "\(answer)")
      }
      #expect(answer.contains("here") && !answer.hasSuffix("."), "\(answer)")
    }
  }

  @Test(arguments: [
    // torch's examples and torchvision's references
    ("-b", "--batch-size"), ("-j", "--threads"), ("-a", "--model"), ("--wd", "--weight-decay"),
    ("-p", "--log-every"), ("--arch", "--model"), ("--print-freq", "--log-every"),
    ("--lr-scheduler", "--sched"), ("--lr-step-size", "--step-epochs"),
    ("--lr-gamma", "--step-factor"), ("--lr-warmup-epochs", "--warmup-epochs"),
    ("--label-smoothing", "--smoothing"), ("--clip-grad-norm", "--clip-grad"),
    ("--test-only", "adamw-ddp eval"), ("--output-dir", "--output"), ("--device", "CPUs"),
    ("--data-path", "--data"), ("--norm-weight-decay", "--no-decay"), ("--dist-url", "mpirun"),
    ("--pretrained", "--seed"), ("--no-cuda", "CPUs"), ("--gamma", "--step-factor"),
    // timm's train.py
    ("--aa", "--augment"), ("--reprob", "--augment"), ("--mixup", "mixup:ALPHA"),
    ("--amp", "32-bit"), ("--auto-resume", "--resume auto"), ("--workers", "--threads"),
    ("--model-ema-decay", "--ema"), ("--sync-bn", "--bn batch"), ("--log-interval", "--log-every"),
    ("--decay-epochs", "--step-epochs"), ("--grad-accum-steps", "--accumulate"),
    ("--val-split", "--val-fraction"), ("--warmup-lr", "--warmup-epochs"), ("-c", "--config"),
    // Keras, Lightning, transformers
    ("--optimizer", "--opt"), ("--learning_rate", "--lr"), ("--validation_split", "--val-fraction"),
    ("--batch", "--batch-size"), ("--bs", "--batch-size"), ("--num_train_epochs", "--epochs"),
    ("--max_grad_norm", "--clip-grad"), ("--clipnorm", "--clip-grad"), ("--beta_1", "--opt-betas"),
    ("--patience", "--early-stop"), ("--gpu", "CPUs"), ("--scheduler", "--sched"),
    ("--manual_seed", "--seed"), ("--num-workers", "--threads"), ("--wandb", "metrics.csv"),
    // the paper's code
    ("-algorithmType", "--preset"), ("-Tmult", "--preset"), ("-LR", ""),
  ])
  func haveAnAnswer(option: String, word: String) {
    let answer = ForeignFlag.answer(option, for: .train)
    #expect(word.isEmpty ? answer == nil : answer?.contains(word) == true, "\(answer ?? "none")")
  }

  @Test func aLetterMayHaveItsValue() {
    #expect(ForeignFlag.answer("-j4", for: .train) == ForeignFlag.answer("-j", for: .train))
    #expect(ForeignFlag.answer("--j4", for: .train) == nil)
    #expect(ForeignFlag.answer("--frobnicate", for: .train) == nil)
  }

  /// What the command does not take either is no answer.
  @Test func onlyWhatTheCommandTakes() {
    #expect(ForeignFlag.answer("--wd", for: .eval) == nil)
    #expect(ForeignFlag.answer("--workers", for: .eval)?.contains("--threads") == true)
    #expect(ForeignFlag.answer("--batch", for: .benchStep)?.contains("--batch-size") == true)
  }
}
