import ArgumentParser

/// `adamw-ddp bench`, by subcommand.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure products, convolutions, loops or steps on this machine.",
    subcommands: [
      BenchGEMMCommand.self, BenchConvCommand.self, BenchLoopsCommand.self, BenchStepCommand.self,
    ]
  )
}
