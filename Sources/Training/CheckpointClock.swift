import Plans

/// When rank 0 asks for a checkpoint that no number of steps asks for: at an epoch's end where that
/// costs little, and after so many minutes.
struct CheckpointClock {
  /// The part of a run's time that saving may take where nobody has said how often; half of it is
  /// for what is not measured, as the disk's own work.
  static let share = 0.0175

  private let stepsPerEpoch: Int
  private let byEpoch: Bool
  private let seconds: Double?
  private var begun: ContinuousClock.Instant
  private var cost = 0.0

  /// The clock of a plan that comes to `horizon`.
  init(_ plan: TrainingPlan, _ horizon: Horizon, now: ContinuousClock.Instant = .now) {
    (stepsPerEpoch, byEpoch) = (horizon.stepsPerEpoch, plan.checkpointEvery == nil)
    seconds = plan.checkpointMinutes > 0 ? plan.checkpointMinutes * 60 : nil
    begun = now
  }

  /// Takes note that a checkpoint is begun.
  mutating func began(_ now: ContinuousClock.Instant = .now) { begun = now }

  /// Takes note of the seconds that one took, from its copy until it was on disk.
  mutating func took(_ seconds: Double) { cost = seconds }

  /// Whether the state after `step` steps is to be written.
  func isDue(after step: Int, _ now: ContinuousClock.Instant = .now) -> Bool {
    let since = (now - begun) / .seconds(1)
    if let seconds, since >= seconds { return true }
    return byEpoch && step.isMultiple(of: stepsPerEpoch) && cost <= Self.share * since
  }
}
