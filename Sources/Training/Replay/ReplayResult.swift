import Runs

/// What a replay came to: the JSON object that `replay` prints.
public struct ReplayResult: Encodable, Sendable {
  /// Where the replay is not what the run has logged.
  public struct Parting: Sendable {
    /// Steps taken.
    public let step: Int
    /// What the run says of the state after them.
    public let logged: DigestRow
    /// What it is here; nil where a loss or a gradient of its last step is not finite.
    public let computed: DigestRow?
    /// Arrays and tensors in which the run's own checkpoint of that step differs, as "first_moment
    /// of conv1.weight"; nil where it has none.
    public internal(set) var differing: [String]?
  }

  /// The run folder.
  public let run: String
  /// The steps after which the replay began: those of a checkpoint, or 0.
  public let from: Int
  /// The steps after which it was to end.
  public let to: Int
  /// Digests that were compared.
  public let compared: Int
  /// Where it parts from the run; nil where all digests agree.
  public let parting: Parting?
  /// Ranks of the job.
  public let ranks: Int
  /// Seconds that it took.
  public let seconds: Double
  /// What is to be said of it.
  public let warnings: [String]

  /// Whether all digests are the logged ones.
  public var agrees: Bool { parting == nil }

  /// The sentence for people.
  public var sentence: String {
    let stretch = "steps \(from) to \(to) of \(run)"
    guard let parting else {
      return
        "\(stretch) are as they were: \(compared) "
        + (compared == 1 ? "digest agrees" : "digests agree")
    }
    let (step, logged) = (parting.step, parting.logged)
    let start = "\(stretch) are not as they were"
    guard let computed = parting.computed else {
      return "\(start): a loss or gradient of step \(step) is not finite here, and the run went on."
    }
    if computed.digest == logged.digest {
      return "\(start): the state after step \(step) agrees, but not the chain, so plan, data or "
        + "order of images have been others, or digests.csv was changed."
    }
    let state = step == from ? "the state that it began with, after step \(step)" : "step \(step)"
    return "\(start): they part at \(state), whose digest was \(logged.digestText) and is "
      + "\(computed.digestText)\(Self.difference(parting.differing))."
  }

  private static func difference(_ names: [String]?) -> String {
    guard let names else { return "" }
    guard let first = names.first else {
      return "; its checkpoint is as the replay is, so digests.csv was changed"
    }
    let more = names.count == 1 ? "" : " and \(names.count - 1) more"
    return "; its checkpoint has another \(first)\(more)"
  }

  /// Every key is there; those of a parting are null where there is none.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: CodingKeys.self)
    try object.encode(run, forKey: .run)
    try object.encode(from, forKey: .from)
    try object.encode(to, forKey: .to)
    try object.encode(compared, forKey: .compared)
    try object.encode(agrees, forKey: .agrees)
    try object.encode(parting?.step, forKey: .partsAt)
    try object.encode(parting?.logged.digestText, forKey: .logged)
    try object.encode(parting?.computed?.digestText, forKey: .computed)
    try object.encode(parting?.differing, forKey: .differing)
    try object.encode(ranks, forKey: .ranks)
    try object.encode(seconds, forKey: .seconds)
  }

  private enum CodingKeys: String, CodingKey {
    case run, from, to, compared, agrees, partsAt, logged, computed, differing, ranks, seconds
  }
}
