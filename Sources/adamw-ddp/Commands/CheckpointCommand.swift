import ArgumentParser
import Runs
import Tensors

/// `adamw-ddp checkpoint`.
struct CheckpointCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract: "List, verify or prune the checkpoints of a run.",
    subcommands: [List.self, Verify.self, Prune.self]
  )

  /// `adamw-ddp checkpoint list`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "Show the checkpoints of a run, a line each."
    )

    @OptionGroup var argument: RunArgument

    func run() throws {
      let folder = try argument.checkpoints()
      let complete = Set(try folder.complete())
      let rows = try folder.steps().map { step -> [String] in
        let name = CheckpointFolder.name(step: step)
        guard complete.contains(step) else { return [name, "", "", "", "incomplete"] }
        do {
          let manifest = try CheckpointManifest(contentsOf: folder.manifest(step: step))
          return [
            name, manifest.written, byteText(manifest.bytes), "\(manifest.parts.count)", "complete",
          ]
        } catch {
          return [name, "", "", "", "damaged"]
        }
      }
      let titles = ["checkpoint", "written", "size", "files", "state"]
      for line in TextTable.lines([titles] + rows) { try Results.line(line) }
    }
  }

  /// `adamw-ddp checkpoint verify`.
  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify",
      abstract: "Read all bytes of a run's checkpoints and compare them with their checksums.",
      discussion: "Ends with 65 where one is damaged, or there is none."
    )

    @OptionGroup var argument: RunArgument

    func run() throws {
      let folder = try argument.checkpoints()
      let complete = try folder.complete()
      if complete.isEmpty {
        throw Failure(
          .data,
          "\(argument.path) holds no complete checkpoint: there is none to verify."
        )
      }
      var damaged = 0
      for step in complete {
        let name = CheckpointFolder.name(step: step)
        do {
          try CheckpointReader.verify(step, in: folder)
          try Results.line("\(name)  whole")
        } catch let failure as Failure where failure.kind == .data {
          damaged += 1
          try Results.line("\(name)  \(failure.message)")
        }
      }
      if damaged > 0 {
        throw Failure(
          .data,
          "\(damaged) of the checkpoints in \(folder.path) cannot be gone on from."
        )
      }
    }
  }

  /// `adamw-ddp checkpoint prune`.
  struct Prune: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "prune",
      abstract: "Take away all checkpoints of a run but the last.",
      discussion: "Those of the best evaluation and at restarts go, too; what is incomplete goes."
    )

    @OptionGroup var argument: RunArgument
    @Option(
      name: .customLong("keep"),
      parsing: .unconditional,
      help: ArgumentHelp("how many of the last stay", valueName: "N")
    )
    var keep = 1

    func validate() throws { try requirePositive("keep", keep) }

    func run() throws {
      let folder = try argument.checkpoints()
      if let holder = FolderLock.holder(of: argument.path) {
        throw Failure(.usage, "\(argument.path) is in use by \(holder): wait until that has ended.")
      }
      let complete = try folder.complete()
      let stays = Set(complete.suffix(keep))
      var removed = 0
      for step in try folder.steps() where !stays.contains(step) {
        try folder.remove(step: step)
        removed += 1
      }
      try Results.line("removed \(removed), kept \(stays.count)")
    }
  }

  /// The run that a command is about.
  struct RunArgument: ParsableArguments {
    @Argument(help: ArgumentHelp("a run folder", valueName: "RUN"))
    var path: String

    /// Its checkpoints; throws `Failure` (.data) where there is no such run.
    func checkpoints() throws -> CheckpointFolder {
      try RunFolder.refuseNone(path)
      return CheckpointFolder(ofRun: path)
    }
  }
}
