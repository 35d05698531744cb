/// What `--normalize` chooses: where the constants come from.
public enum NormalizationChoice: Hashable, Sendable, CustomStringConvertible {
  /// The data format's.
  case standard
  /// Mean and deviation of each channel over the training images.
  case computed
  /// The mean of every value over the training images, and 255 as deviation.
  case meanImage
  /// These, for each channel.
  case constants(Normalization)

  /// The words for those without numbers.
  private static let words: KeyValuePairs<String, NormalizationChoice> = [
    "standard": .standard, "computed": .computed, "mean-image": .meanImage,
  ]

  /// Reads one of the words, or MEAN,…/DEVIATION,… on the 0…255 scale; nil for anything else.
  public init?(_ text: String) {
    if let word = Self.words.first(where: { $0.key == text.lowercased() }) {
      self = word.value
      return
    }
    let sides = text.split(separator: "/", omittingEmptySubsequences: false)
    guard sides.count == 2, let mean = Self.numbers(sides[0]),
      let deviation = Self.numbers(sides[1]), mean.count == deviation.count,
      deviation.allSatisfy({ $0 > 0 })
    else { return nil }
    self = .constants(Normalization(mean: mean, deviation: deviation))
  }

  /// What it is read from.
  public var description: String {
    if case .constants(let constants) = self {
      let sides = [constants.mean, constants.deviation].map { side in
        side.map { $0 == $0.rounded() ? "\(Int($0))" : "\($0)" }.joined(separator: ",")
      }
      return sides.joined(separator: "/")
    }
    return Self.words.first { $0.value == self }?.key ?? ""
  }

  /// Numbers of at most ±10,000 between commas; nil where one is none.
  private static func numbers(_ text: Substring) -> [Float]? {
    let items = text.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = items.compactMap { Float(String($0)) }.filter { abs($0) <= 10_000 }
    return numbers.count == items.count ? numbers : nil
  }
}
