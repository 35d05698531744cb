import DataParallel
import Runs

/// Looks out for everything that may ask a run to end before its last step: on every rank for
/// signals, on rank 0 also for the file `stop` and for the end of the time allotted.
final class StopLookout {
  private let request: StopRequest
  /// On rank 0.
  private let file: StopFile?
  /// When the time is up, by rank 0's clock.
  private let end: ContinuousClock.Instant?
  private var nextLook: ContinuousClock.Instant
  /// A disk is not to be asked in each of many short steps.
  private static let betweenLooks = Duration.seconds(1)

  /// A lookout in a run that may take so many minutes; `file` and `minutes` are rank 0's.
  init(_ request: StopRequest, file: StopFile?, minutes: Double?) {
    (self.request, self.file) = (request, file)
    end = minutes.map { request.begun + .seconds(60 * min($0, 1e9)) }
    nextLook = .now
  }

  /// What this rank has to say in the step that is being taken; allocates nothing.
  var flags: StepFlags {
    var flags = request.signals()
    guard file != nil || end != nil else { return flags }
    let now = ContinuousClock.now
    if let end, now >= end { flags.formUnion(StopCause.time.flags) }
    if let file, now >= nextLook {
      nextLook = now + Self.betweenLooks
      if file.isThere { flags.formUnion(StopCause.file.flags) }
    }
    return flags
  }
}
