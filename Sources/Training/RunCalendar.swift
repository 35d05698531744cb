import Plans
import Runs

/// What is due after each step of a run, as values: the loop only carries them out.
///
/// It follows from plan and horizon alone, so every rank comes to the same, whatever step a run
/// begins at.
public struct RunCalendar: Sendable {
  /// What there is to do after a step, in the order of the fields.
  public struct Due: Hashable, Sendable {
    /// A row of kind train: over the steps since the last one.
    public var intervalRow = false
    /// A row of kind epoch: over the steps of the epoch.
    public var epochRow = false
    /// An evaluation.
    public var evaluation = false
    /// The number of epochs after which a restart period ends here: its model is kept.
    public var snapshot: Int?
  }

  private let steps: Int
  private let stepsPerEpoch: Int
  private let logEvery: Int
  private let evalEvery: Int
  private let snapshotEpochs: Set<Int>
  private let patience: Int?
  private let saveBest: Bool

  /// The calendar of a plan that comes to `horizon`.
  public init(_ plan: TrainingPlan, _ horizon: Horizon) {
    (steps, stepsPerEpoch) = (horizon.steps, horizon.stepsPerEpoch)
    (logEvery, evalEvery) = (plan.logEvery, plan.evalEvery)
    snapshotEpochs = Set(horizon.snapshotEpochs)
    (patience, saveBest) = (plan.earlyStop, plan.saveBest)
  }

  /// What is due once `step` steps are taken; after the 0th an evaluation where there are no others
  /// to take.
  ///
  /// Allocates nothing.
  public func due(after step: Int) -> Due {
    var due = Due()
    guard step > 0 else {
      due.evaluation = steps == 0
      return due
    }
    let (epoch, rest) = step.quotientAndRemainder(dividingBy: stepsPerEpoch)
    let (endsEpoch, isLast) = (rest == 0, step == steps)
    due.intervalRow = step.isMultiple(of: logEvery) || isLast
    due.epochRow = endsEpoch
    if endsEpoch && snapshotEpochs.contains(epoch) { due.snapshot = epoch }
    let isTime = evalEvery > 0 && endsEpoch && epoch.isMultiple(of: evalEvery)
    due.evaluation = isTime || due.snapshot != nil || isLast
    return due
  }

  /// Whether the parameters of an evaluation are to be saved.
  public func keeps(best isBest: Bool) -> Bool { isBest && saveBest }

  /// Whether a run that has come to `progress`, at an evaluation that is done, ends before its last
  /// step since no evaluation was better for too long.
  public func stopsEarly(_ progress: RunProgress) -> Bool {
    guard let patience, progress.step < steps, due(after: progress.step).evaluation else {
      return false
    }
    return progress.course.sinceBest >= patience
  }

  /// Epochs begun when `step` steps are taken; 0 before the first.
  public func epochsBegun(at step: Int) -> Int { (step + stepsPerEpoch - 1) / stepsPerEpoch }
}
