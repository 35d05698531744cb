import DataParallel
import Datasets
import Plans
import Runs
import Tensors

extension Trainer {
  /// Evaluates on what is measured as the run goes, and has the best kept; false when the loss is
  /// not finite, which shows what the last update has done.
  ///
  /// Throws what the observer throws, and `Failure`: .data for images that cannot be read, .launch
  /// when a rank is lost.
  func evaluate(_ observer: any TrainingObserver) throws -> Bool {
    let split = source.measured.split
    guard let evaluations = try evaluations(on: split, observer) else { return false }
    let isBest = progress.course.take(
      evaluations,
      on: split,
      step: progress.step,
      epoch: calendar.epochsBegun(at: progress.step)
    )
    if let best = progress.course.best, calendar.keeps(best: isBest) {
      try keep(average ?? parameters, as: .best(best), observer)
    }
    return true
  }

  /// Evaluates once on the test images when the run is over, where others were there to choose by;
  /// false when the loss is not finite.
  ///
  /// Throws as `evaluate` does.
  func evaluateAtEnd(_ observer: any TrainingObserver) throws -> Bool {
    guard source.measured.split == .val, source.test != nil, progress.test.weights == nil else {
      return true
    }
    return try StepSection.lastEvaluation.measure(team) {
      try evaluations(on: .test, observer) != nil
    }
  }

  /// Evaluates weights and average on a split that the data have; nil when a loss is not finite.
  private func evaluations(
    on split: EvaluationSplit,
    _ observer: any TrainingObserver
  ) throws -> EvaluationPair? {
    let evaluators = evaluators(on: split)
    let (step, epoch) = (progress.step, calendar.epochsBegun(at: progress.step))
    func tell(_ result: EvaluationResult, ofAverage: Bool) throws {
      let kind = MetricsRow.Kind(split, ofAverage: ofAverage)
      try observer.evaluated(result, as: kind, step: step, epoch: epoch)
    }
    let result = try evaluators.weights.evaluate()
    progress[split].weights = result
    try tell(result, ofAverage: false)
    if let average = evaluators.average {
      try engine.optimizer.gatherAverage()
      let result = try average.evaluate()
      progress[split].average = result
      try tell(result, ofAverage: true)
    }
    guard result.loss.isFinite else {
      nonFinite = try origin(ofLossIn: evaluators.weights, split)
      return nil
    }
    return progress[split]
  }
}
