/// How long a run will go on: by its recent steps and by the evaluations to come.
///
/// Times are seconds of one clock. What took four times as long as usual was a pause and counts for
/// nothing; a run that has become slow for good is what its recent steps say.
package struct RemainingTime {
  /// Seconds of recent steps, the oldest overwritten.
  private var recent = [Double](repeating: 0, count: 32)
  private var steps = 0
  /// Seconds of recent evaluations.
  private var evaluations: [Double] = []
  /// What has been seen of an evaluation since the last step.
  private var evaluation = 0.0
  private var last: Double
  /// What an evaluation takes before one is seen, in steps.
  private let usual: Double

  /// From the first step on, which begins at `begin`; an evaluation is taken to be as long as
  /// `evaluationSteps` steps until one is seen.
  package init(begin: Double, evaluationSteps: Double) {
    (last, usual) = (begin, evaluationSteps)
  }

  /// A step is done at `time`; allocates nothing but after an evaluation.
  package mutating func stepped(at time: Double) {
    if evaluation > 0 {
      evaluations = evaluations.suffix(7) + [evaluation]
      evaluation = 0
    }
    recent[steps % recent.count] = time - last
    steps += 1
    last = time
  }

  /// An evaluation is done at `time`, or a part of one.
  package mutating func evaluated(at time: Double) {
    evaluation += time - last
    last = time
  }

  /// Seconds that so many steps and evaluations take; nil before the first step.
  package func seconds(steps count: Int, evaluations due: Double) -> Double? {
    guard steps > 0 else { return nil }
    let step = Self.usual(Array(recent.prefix(steps)))
    let seen = evaluation > 0 ? evaluations + [evaluation] : evaluations
    let each = seen.isEmpty ? usual * step : Self.usual(seen)
    return Double(count) * step + due * each
  }

  /// The mean of what is at most four times the median.
  private static func usual(_ times: [Double]) -> Double {
    let most = 4 * median(times)
    let counted = times.filter { $0 <= most }
    return counted.reduce(0, +) / Double(counted.count)
  }
}
