import ArgumentParser
import Collectives
import Plans
import Tensors
import Training

/// What this rank was told to do, agreed with the others: the first thing that ranks say to each
/// other, for those that do different things would wait for each other for ever.
enum Invocation {
  /// Reads the command line; every rank calls it.
  ///
  /// Throws what --help and --version throw, and the same `Failure` on all ranks: .usage where a
  /// command line is wrong or they ask for different things, .launch where the programs differ.
  static func read(_ communicator: any Communicator) throws -> any ParsableCommand {
    let read = try communicator.together { () throws -> Result<any ParsableCommand, any Error> in
      do {
        return .success(try AdamWDDP.parseAsRoot(CommandWords.all))
      } catch {
        let reason = ExitReason(error)
        if reason.code == 0 { return .failure(error) }
        throw Failure(.usage, reason.text)
      }
    }
    let (name, flags): (String, KeyValuePairs<String, String>) =
      switch read {
      case .success(let command): (name(of: command), (command as? any RankCommand)?.agreed ?? [:])
      case .failure(let error):
        (AdamWDDP.message(for: error) == Version.text ? "--version" : "--help", [:])
      }
    let revision = BuildRevision.text ?? "unknown"
    let program = "\(Version.text), numerics \(numericsVersion), git revision \(revision)"
    let programs = try communicator.allGather(program)
    try SameEverywhere.compare(programs, "the version", .launch, needed: "program", communicator)
    // Whose command is the same has the same flags.
    for (what, value) in [("the command", name)] + flags.map({ ($0, $1) }) {
      let all = try communicator.allGather(value)
      try SameEverywhere.compare(all, what, .usage, needed: "command", communicator)
    }
    return try read.get()
  }

  /// The words that call a command: "bench step".
  private static func name(of command: any ParsableCommand) -> String {
    func path(_ from: any ParsableCommand.Type) -> [String]? {
      if type(of: command) == from { return [] }
      for next in from.configuration.subcommands {
        if let rest = path(next) { return [next._commandName] + rest }
      }
      return nil
    }
    return path(AdamWDDP.self)?.joined(separator: " ") ?? type(of: command)._commandName
  }
}
