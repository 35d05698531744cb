import ArgumentParser
import Collectives
import Plans
import Tensors

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
    try compare("the version", program, communicator, .launch)
    try compare("the command", name, communicator)
    // Whose command is the same has the same flags.
    for (flag, value) in flags { try compare(flag, value, communicator) }
    return try read.get()
  }

  /// Throws the same `Failure` on all ranks where what this is on another rank is not what it is on
  /// rank 0.
  private static func compare(
    _ what: String,
    _ own: String,
    _ communicator: any Communicator,
    _ kind: Failure.Kind = .usage
  ) throws {
    let needed = kind == .launch ? "program" : "command"
    let all = try communicator.allGather(own)
    guard let other = all.firstIndex(where: { $0 != all[0] }) else { return }
    throw Failure(
      kind,
      "\(what) is \(all[other]) for rank \(other) on \(communicator.hosts[other]) but \(all[0]) for "
        + "rank 0 on \(communicator.hosts[0]): every rank needs the same \(needed).",
      isAgreed: true
    )
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
