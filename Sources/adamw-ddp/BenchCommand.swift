import ArgumentParser

/// `adamw-ddp bench`, by subcommand.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure matrix products or whole steps on this machine.",
    subcommands: [BenchGEMMCommand.self, BenchStepCommand.self]
  )
}
