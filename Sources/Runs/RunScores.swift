/// Loss and right answers as fractions.
public struct RunScores: Codable, Sendable, Equatable {
  /// Mean loss; nil where it is not finite.
  public let loss: Double?
  /// Right answers.
  public let accuracy: Double
  /// Images whose label is among the five largest logits; nil with five classes or fewer.
  public let accuracy5: Double?

  /// Those of an evaluation.
  init(_ result: EvaluationResult) {
    loss = result.loss.isFinite ? result.loss : nil
    (accuracy, accuracy5) = (result.accuracy, result.accuracy5)
  }

  /// Those of steps; nil without steps.
  init?(_ sums: MetricsSums) {
    guard let loss = sums.meanLoss, let accuracy = sums.accuracy else { return nil }
    self.loss = loss.isFinite ? loss : nil
    (self.accuracy, accuracy5) = (accuracy, sums.accuracy5)
  }
}
