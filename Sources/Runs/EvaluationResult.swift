/// Loss and right answers over a whole dataset, with the same bits on any number of ranks and
/// threads.
public struct EvaluationResult: Codable, Sendable, Hashable {
  /// Mean cross-entropy, without smoothing.
  public let loss: Double
  /// Images whose label is the largest logit.
  public let correct: Int
  /// Images whose label is among the five largest logits; nil with five classes or fewer, where it
  /// always is.
  public let correct5: Int?
  /// Images evaluated.
  public let count: Int

  /// What an evaluation of `count` images came to.
  public init(loss: Double, correct: Int, correct5: Int?, count: Int) {
    (self.loss, self.correct, self.correct5, self.count) = (loss, correct, correct5, count)
  }

  /// Right answers as a fraction.
  public var accuracy: Double { Double(correct) / Double(count) }
  /// Images whose label is among the five largest logits, as a fraction.
  public var accuracy5: Double? { correct5.map { Double($0) / Double(count) } }
}
