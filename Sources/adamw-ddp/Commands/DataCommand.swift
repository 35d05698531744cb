import ArgumentParser

/// `adamw-ddp data`, by subcommand.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Look at images, check them, or make one file of them.",
    subcommands: [DataInfoCommand.self, DataPrepareCommand.self, DataPreviewCommand.self]
  )
}
