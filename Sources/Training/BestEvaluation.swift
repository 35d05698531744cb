/// The evaluation of a run with the most right answers; of equal ones the earliest.
///
/// Right answers are whole numbers that all ranks have alike, so all come to the same.
public struct BestEvaluation: Encodable, Sendable, Equatable {
  /// Steps taken before it.
  public let step: Int
  /// Epochs begun before it, from 1; 0 before the first step.
  public let epoch: Int
  /// Right answers as a fraction.
  public let accuracy: Double
}

/// How the evaluations of a run go: the best so far, and how many there have been since.
struct EvaluationCourse {
  private(set) var best: BestEvaluation?
  private(set) var sinceBest = 0
  private var mostCorrect = -1

  /// Takes an evaluation in; whether it is the best so far.
  mutating func take(_ result: Evaluator.Result, step: Int, epoch: Int) -> Bool {
    guard result.correct > mostCorrect else {
      sinceBest += 1
      return false
    }
    (mostCorrect, sinceBest) = (result.correct, 0)
    best = BestEvaluation(step: step, epoch: epoch, accuracy: result.accuracy)
    return true
  }
}
