import Plans

/// Which checkpoints of a run are kept.
package struct CheckpointRetention: Sendable {
  /// How many of the last.
  package let last: Int
  /// Those of multiples of so many steps for ever; nil: none.
  package let every: Int?
  /// Those after these steps for ever: the ends of restart periods.
  package let steps: Set<Int>

  /// That of a run of `plan`, which comes to `horizon`.
  package init(_ plan: TrainingPlan, _ horizon: Horizon) {
    (last, every) = (plan.keepCheckpoints, plan.keepEvery)
    steps = Set(horizon.snapshotEpochs.map { $0 * horizon.stepsPerEpoch })
  }

  /// Keeps the last ones and no others.
  package init(last: Int) { (self.last, every, steps) = (last, nil, []) }

  /// Whether a checkpoint is kept for ever, whatever follows it.
  package func isLasting(_ step: Int) -> Bool {
    steps.contains(step) || every.map { step.isMultiple(of: $0) } == true
  }

  /// Those of the complete ones that go, `best` being the step of the best evaluation.
  package func superfluous(_ complete: [Int], best: Int?) -> [Int] {
    complete.sorted().dropLast(last).filter { $0 != best && !isLasting($0) }
  }
}
