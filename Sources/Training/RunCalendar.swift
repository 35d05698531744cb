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
    /// A checkpoint, whatever the time.
    public var checkpoint = false
  }

  /// Why a run is over.
  public enum End: Sendable {
    /// All its steps are taken.
    case lastStep
    /// No evaluation was better for too long.
    case noBetter
  }

  private let steps: Int
  private let stepsPerEpoch: Int
  private let logEvery: Int
  private let evalEvery: Int
  private let snapshotEpochs: Set<Int>
  private let patience: Int?
  private let saveBest: Bool
  private let checkpointSteps: [Int]

  /// The calendar of a plan that comes to `horizon`.
  public init(_ plan: TrainingPlan, _ horizon: Horizon) {
    (steps, stepsPerEpoch) = (horizon.steps, horizon.stepsPerEpoch)
    (logEvery, evalEvery) = (plan.logEvery, plan.evalEvery)
    snapshotEpochs = Set(horizon.snapshotEpochs)
    (patience, saveBest) = (plan.earlyStop, plan.saveBest)
    checkpointSteps = [plan.checkpointEvery, plan.keepEvery].compactMap { $0 }.filter { $0 > 0 }
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
    due.checkpoint = due.snapshot != nil || checkpointSteps.contains { step.isMultiple(of: $0) }
    return due
  }

  /// How many evaluations are due behind step `first` and those that follow it.
  public func evaluations(from first: Int) -> Int {
    guard first <= steps else { return 0 }
    let (done, whole) = ((max(1, first) - 1) / stepsPerEpoch, steps / stepsPerEpoch)
    func isTime(_ epoch: Int) -> Bool { evalEvery > 0 && epoch.isMultiple(of: evalEvery) }
    let regular = evalEvery > 0 ? whole / evalEvery - done / evalEvery : 0
    let beside = snapshotEpochs.count { $0 > done && $0 <= whole && !isTime($0) }
    let lastIsOne =
      steps > 0 && steps.isMultiple(of: stepsPerEpoch)
      && (isTime(whole) || snapshotEpochs.contains(whole))
    return regular + beside + (lastIsOne ? 0 : 1)
  }

  /// What there is to keep of an evaluation: its parameters, where it is the best and they are wanted.
  public func keeps(best isBest: Bool) -> Bool { isBest && saveBest }

  /// Why a run that has come to `progress` is over; nil while it goes on.
  ///
  /// All that was due behind its last step must be done. At a run's end its model is saved.
  public func end(of progress: RunProgress) -> End? {
    if progress.step >= steps { return .lastStep }
    guard let patience, due(after: progress.step).evaluation else { return nil }
    return progress.course.sinceBest >= patience ? .noBetter : nil
  }

  /// Epochs begun when `step` steps are taken; 0 before the first.
  public func epochsBegun(at step: Int) -> Int { (step + stepsPerEpoch - 1) / stepsPerEpoch }
}
