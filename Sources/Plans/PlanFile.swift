import Tensors
internal import Yams

/// The plan as YAML: the version of the arithmetic, and one key per flag.
public enum PlanFile {
  /// The key of the version; a user's file without it is of this program's, a run's of the first.
  static let versionKey = "numerics-version"

  /// The plan with every field that it fixes, in the order of the table; throws what the library of
  /// YAML cannot write, which no plan holds.
  public static func yaml(_ plan: TrainingPlan) throws -> String {
    let version = (Node(versionKey), Node("\(numericsVersion)"))
    let pairs = PlanField.all.compactMap { field in
      field.get(plan).map { (Node(field.flag), Node($0, Tag(.str), .any)) }
    }
    return try Yams.serialize(node: Node([version] + pairs))
  }

  /// Sets what a file says in a plan; throws a failure of `kind` that names the file.
  ///
  /// A run's own plan.yaml is `.data`, the user's --config `.usage`. Where the latter is the record
  /// in a run's folder, a new run takes all of it but where the old one wrote.
  public static func apply(
    _ path: String,
    to plan: inout TrainingPlan,
    _ kind: Failure.Kind = .usage
  ) throws {
    let name = kind == .usage ? "--config \(path)" : path
    let text = try text(path, kind, as: name)
    let isOfARun = kind == .usage ? try isRecord(path) : false
    try naming(name, kind) {
      var pairs = try pairs(in: text, unmarked: kind == .usage ? numericsVersion : 1)
      if isOfARun { pairs.removeAll { ofOneRun.contains($0.flag) } }
      try plan.overlay(pairs)
    }
  }

  /// Sets what the record in the folder of a run says in the plan of its next session, but for what
  /// the machine of the last one had and what only that session did.
  ///
  /// Throws `Failure` (.data) that names the file.
  public static func apply(record run: String, to plan: inout TrainingPlan) throws {
    let path = "\(run)/plan.yaml"
    let text = try text(path, .data, as: path)
    try naming(path, .data) {
      let pairs = try pairs(in: text, unmarked: 1)
      try plan.overlay(
        pairs.filter { !ofOneRun.contains($0.flag) && !ofOneSession.contains($0.flag) }
      )
    }
  }

  /// What the next session of a run is to be told anew, or finds out for itself.
  private static let ofOneSession: Set<String> = ["threads", "no-pin", "max-minutes"]

  /// What a run's record says of that run alone: where it wrote, and over what it was allowed to.
  private static let ofOneRun: Set<String> = ["output", "overwrite", "profile"]

  /// Flags of commands, which say nothing of what is trained.
  private static let ofTheCommand: Set<String> = [
    "preset", "config", "print-plan", "json", "quiet", "help", "help-all", "version",
  ]

  /// Whether a file is the record of a run, which has the run's other files beside it.
  private static func isRecord(_ path: String) throws(Failure) -> Bool {
    guard path == "plan.yaml" || path.hasSuffix("/plan.yaml") else { return false }
    return try FileStatus("\(Paths.parent(of: path))/run.json") != nil
  }

  /// Sets what a preset says in a plan; throws a usage failure that names it.
  public static func apply(_ preset: Preset, to plan: inout TrainingPlan) throws {
    try naming("--preset \(preset.name)", .usage) { try plan.overlay(try pairs(in: preset.text)) }
  }

  /// Reads what a file says, in file order; throws a usage failure that names the file.
  public static func read(_ path: String) throws -> [(flag: String, text: String)] {
    let text = try text(path, .usage, as: "--config \(path)")
    return try naming("--config \(path)", .usage) { try pairs(in: text) }
  }

  private static func naming<T>(
    _ name: String,
    _ kind: Failure.Kind,
    _ body: () throws -> T
  ) throws -> T {
    do {
      return try body()
    } catch let failure as Failure {
      throw Failure(kind, "\(name): \(failure.message)")
    }
  }

  private static func text(
    _ path: String,
    _ kind: Failure.Kind,
    as name: String
  ) throws(Failure) -> String {
    String(decoding: try FileBytes.read(path, kind, as: name), as: UTF8.self)
  }

  /// What YAML says: of fields that it lacks the default of its version (`unmarked` where it says
  /// none) where that was another, then its keys and values in their order.
  ///
  /// Throws a usage failure for text that is no plan.
  package static func pairs(
    in text: String,
    fields: [PlanField] = PlanField.all,
    version newest: Int = numericsVersion,
    unmarked: Int? = nil
  ) throws -> [(flag: String, text: String)] {
    var pairs = try keys(in: text, fields)
    var version = unmarked ?? newest
    if let index = pairs.firstIndex(where: { $0.flag == versionKey }) {
      version = try self.version(pairs.remove(at: index).text, newest: newest)
    }
    for (flag, _) in pairs where !fields.contains(where: { $0.flag == flag }) {
      if ofTheCommand.contains(flag) {
        throw Failure(.usage, "--\(flag) is none of a plan's: give it on the command line.")
      }
      let meant = fields.map(\.flag).suggestion(for: flag)
      let answer = ForeignFlag.answer("--\(flag)", for: .train).map { ": \($0)" } ?? meant
      throw Failure(.usage, "there is no flag --\(flag)\(answer).")
    }
    let named = Set(pairs.map(\.flag))
    let earlier = fields.filter { !named.contains($0.flag) }
      .compactMap { field in field.earlierDefault(at: version).map { (field.flag, $0) } }
    return earlier + pairs
  }

  /// Reads a version that this program knows.
  private static func version(_ text: String, newest: Int) throws -> Int {
    guard let version = Int(text), version >= 1 else {
      throw Failure(.usage, "\(versionKey) \(text): expected an integer of at least 1.")
    }
    guard version <= newest else {
      throw Failure(
        .usage,
        "\(versionKey) \(version) is of a newer program; this one's arithmetic is version \(newest)."
      )
    }
    return version
  }

  /// The keys and values of YAML, in its order.
  private static func keys(
    in text: String,
    _ fields: [PlanField]
  ) throws -> [(flag: String, text: String)] {
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch {
      // Yams draws the place over several lines; the first has the line number.
      var place = "\(error)".split(separator: "\n").first ?? ""
      while let last = place.last, ".: ".contains(last) { place.removeLast() }
      throw Failure(.usage, "not YAML: \(place).")
    }
    guard let root else { return [] }
    guard let mapping = root.mapping else {
      throw Failure(.usage, "expected lines of the form 'flag: value'.")
    }
    return try mapping.map { key, value in
      let field = fields.first { $0.flag == key.string }
      guard let flag = key.string, let text = self.text(value, field?.several) else {
        throw Failure(.usage, "\(key.string ?? "a key") has no single value.")
      }
      return (flag, text)
    }
  }

  /// A value as a flag has it, with commas where it is several; nil where it may not be.
  private static func text(_ value: Node, _ several: PlanField.Several?) -> String? {
    if let scalar = value.scalar { return scalar.string }
    guard let several else { return nil }
    if let items = value.sequence, !items.isEmpty {
      let texts = items.compactMap { $0.sequence == nil ? text($0, several) : nil }
      return texts.count == items.count ? texts.joined(separator: ",") : nil
    }
    guard case .pairs(let separator) = several, let pairs = value.mapping, !pairs.isEmpty else {
      return nil
    }
    let texts = pairs.compactMap { key, value in
      key.string.flatMap { key in value.scalar.map { key + separator + $0.string } }
    }
    return texts.count == pairs.count ? texts.joined(separator: ",") : nil
  }
}
