import DataParallel
import Plans
import Runs
import Tensors

extension Trainer {
  /// Does what is due behind the step `last`; false when an evaluation's loss is not finite.
  ///
  /// Throws what the observer throws, and `Failure`: .data for images that cannot be read, .launch
  /// when a rank is lost.
  func carryOut(
    _ due: RunCalendar.Due,
    _ last: StepMetrics?,
    _ observer: any TrainingObserver
  ) throws -> Bool {
    if let last, due.intervalRow {
      try observer.report(.train, progress.interval, last: last, intervalTimes.skew)
      progress.interval = MetricsSums()
      intervalTimes.clear()
    }
    if let last, due.epochRow {
      try observer.report(.epoch, progress.epoch, last: last, epochTimes.skew)
    }
    if due.evaluation {
      let isFinite = try StepSection.evaluate.measure(team) { try evaluate(observer) }
      guard isFinite else { return false }
    }
    if let epoch = due.snapshot {
      try keep(parameters, as: .snapshot(epoch: epoch), observer)
    }
    if due.intervalRow || due.epochRow || due.evaluation { try observer.came(to: progress) }
    return true
  }

  /// Has the observer save parameters; throws what it throws.
  func keep(
    _ parameters: FloatBuffer,
    as reason: KeptModel,
    _ observer: any TrainingObserver
  ) throws {
    var next = progress
    next.kept.add(reason)
    try StepSection.save.measure(team) { try observer.keep(parameters, as: reason, next) }
    // Only what has been saved is remembered.
    progress = next
  }
}
