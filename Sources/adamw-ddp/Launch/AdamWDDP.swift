import ArgumentParser

/// The command tree.
struct AdamWDDP: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adamw-ddp",
    abstract: "Train image classifiers with AdamW on CPUs, alone or on many ranks.",
    discussion: """
      First try:  adamw-ddp            (ResNet-20 on the built-in images)
      CIFAR-10:   adamw-ddp train --data cifar-10-batches-bin --epochs 30
      2 ranks:    mpirun -n 2 adamw-ddp train --data cifar-10-batches-bin
      Then:       adamw-ddp eval runs/NAME
      Check it:   adamw-ddp replay runs/NAME --from 0
      Recipes:    adamw-ddp presets, adamw-ddp train --preset paper-cifar10-100
      Decay:      adamw-ddp explain --preset paper-cifar10-100 --images 50000
      How large:  adamw-ddp estimate --model resnet56 --ranks 8
      How fast:   mpirun -n 2 adamw-ddp bench step --model resnet56
      Trouble:    adamw-ddp doctor

      The same seed, data and flags give the same model, byte for byte,
      on any number of ranks and threads of one kind of CPU.

      Exit codes: 0 done or stopped, 64 wrong flag, 65 bad data, 69 launcher or
      lost rank, 70 training diverged, or an audited step or a replay differs,
      74 file system, 75 stopped, with --requeue-exit-code.
      """,
    version: Version.text,
    subcommands: [
      TrainCommand.self, EvalCommand.self, ReplayCommand.self, ExplainCommand.self,
      EstimateCommand.self,
      BenchCommand.self,
      DataCommand.self,
      CheckpointCommand.self, PresetsCommand.self, DoctorCommand.self, SelfTestCommand.self,
    ],
    defaultSubcommand: TrainCommand.self
  )
}
