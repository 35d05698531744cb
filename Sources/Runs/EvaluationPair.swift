/// What an evaluation of the weights came to, and where there is a moving average of them, of that.
public struct EvaluationPair: Codable, Sendable, Hashable {
  /// Of the weights; nil before the first.
  public var weights: EvaluationResult?
  /// Of their moving average; nil without one.
  public var average: EvaluationResult?

  /// None yet.
  public init(weights: EvaluationResult? = nil, average: EvaluationResult? = nil) {
    (self.weights, self.average) = (weights, average)
  }
}
