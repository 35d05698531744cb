import Datasets

/// How the evaluations of a run go: the best so far, and how many there have been since.
public struct EvaluationCourse: Codable, Sendable, Hashable {
  /// The best of them; nil before the first.
  public private(set) var best: BestEvaluation?
  /// Evaluations in a row without a new best.
  public private(set) var sinceBest = 0
  private var mostCorrect = -1

  /// A course before its first evaluation.
  public init() {}

  /// Takes an evaluation on `split` in, after `step` steps in epoch `epoch`; whether it is the best
  /// so far.
  public mutating func take(
    _ evaluations: EvaluationPair,
    on split: EvaluationSplit,
    step: Int,
    epoch: Int
  ) -> Bool {
    // The average is what a run with one is for.
    guard let result = evaluations.average ?? evaluations.weights else { return false }
    guard result.correct > mostCorrect else {
      sinceBest += 1
      return false
    }
    (mostCorrect, sinceBest) = (result.correct, 0)
    best = BestEvaluation(
      step: step,
      epoch: epoch,
      accuracy: result.accuracy,
      split: split,
      ofAverage: evaluations.average != nil
    )
    return true
  }
}
