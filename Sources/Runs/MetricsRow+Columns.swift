extension MetricsRow {
  enum CodingKeys: String, CodingKey {
    case kind, step, epoch, loss, penalty, accuracy, accuracy5, multiplier, decay, seconds
    case gradientNorm = "gradient_norm"
    case learningRate = "learning_rate"
    case skippedSteps = "skipped_steps"
    case imagesPerSecond = "images_per_s"
    case slowestRank = "slowest_rank"
    case slowestHost = "slowest_host"
    case rankMost = "rank_s_max"
    case rankMedian = "rank_s_p50"
    case rankP95 = "rank_s_p95"
  }

  /// The columns that hold words, whatever they look like.
  static let texts: Set<String> = [
    CodingKeys.kind.rawValue, CodingKeys.slowestHost.rawValue,
  ]

  /// The columns of the files in their order, and what stands in them: "" where nothing applies.
  var cells: KeyValuePairs<String, String> {
    func number(_ x: Double?) -> String { x.map { "\($0)" } ?? "" }
    return [
      "kind": kind.rawValue, "step": "\(step)", "epoch": "\(epoch)", "loss": number(loss),
      "penalty": number(penalty), "total": number(penalty.map { loss + $0 }),
      "accuracy": number(accuracy), "accuracy5": number(accuracy5),
      "gradient_norm": number(gradientNorm), "learning_rate": number(learningRate),
      "multiplier": number(multiplier), "decay": number(decay),
      "skipped_steps": skippedSteps.map { "\($0)" } ?? "",
      "images_per_s": number(imagesPerSecond), "seconds": number(seconds),
      "slowest_rank": skew.map { "\($0.slowestRank)" } ?? "",
      "slowest_host": skew?.slowestHost ?? "", "rank_s_max": number(skew?.slowest),
      "rank_s_p50": number(skew?.median), "rank_s_p95": number(skew?.p95),
    ]
  }

  /// Reads a row of the files, where a loss that is not finite is null: it becomes NaN.
  ///
  /// Throws `DecodingError` where a column is missing or holds something else.
  public init(from decoder: any Decoder) throws {
    let row = try decoder.container(keyedBy: CodingKeys.self)
    func number(_ key: CodingKeys) throws -> Double? {
      try row.decodeIfPresent(Double.self, forKey: key)
    }
    self.init(
      kind: try row.decode(Kind.self, forKey: .kind),
      step: try row.decode(Int.self, forKey: .step),
      epoch: try row.decode(Int.self, forKey: .epoch),
      loss: try row.decode(Double?.self, forKey: .loss) ?? .nan,
      penalty: try number(.penalty),
      accuracy: try row.decode(Double.self, forKey: .accuracy),
      accuracy5: try number(.accuracy5),
      gradientNorm: try number(.gradientNorm),
      learningRate: try number(.learningRate),
      multiplier: try number(.multiplier),
      decay: try number(.decay),
      skippedSteps: try row.decodeIfPresent(Int.self, forKey: .skippedSteps),
      imagesPerSecond: try number(.imagesPerSecond),
      seconds: try row.decode(Double.self, forKey: .seconds),
      skew: try Self.skew(row)
    )
  }

  /// Files of earlier programs have no such columns.
  private static func skew(_ row: KeyedDecodingContainer<CodingKeys>) throws -> RankSkew? {
    guard let rank = try row.decodeIfPresent(Int.self, forKey: .slowestRank) else { return nil }
    return RankSkew(
      slowestRank: rank,
      slowestHost: try row.decode(String.self, forKey: .slowestHost),
      slowest: try row.decode(Double.self, forKey: .rankMost),
      median: try row.decode(Double.self, forKey: .rankMedian),
      p95: try row.decode(Double.self, forKey: .rankP95)
    )
  }
}
