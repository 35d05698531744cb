import Networks
import Optimizers
import Tensors

extension TrainingPlan {
  /// BatchNorm's groups; throws where they do not fit the batch.
  public var grouping: BatchNormGrouping {
    get throws {
      try batchNorm.grouping(batch: batchSize, lanes: lanes, allowSmall: allowSmallBatchNorm)
    }
  }

  /// Throws a usage failure for a plan that cannot be run on `ranks` ranks, whatever the data.
  public func validate(ranks: Int) throws {
    if !ModelCatalog.names.contains(model) || shake != nil {
      let shape = ImageShape(height: 32, width: 32, channels: 1)
      _ = try ModelCatalog.model(model, input: shape, classes: 1, shake: shake)
    }
    if batchSize < lanes {
      throw Failure(
        .usage,
        "--batch-size \(batchSize) is less than --lanes \(lanes): every lane needs a sample."
      )
    }
    if lanes < ranks {
      throw Failure(
        .usage,
        "\(ranks) ranks cannot share \(lanes) lanes: start fewer, or add --lanes \(ranks)"
          + (ranks > batchSize ? " and a --batch-size of at least as many" : "")
          + " (this changes the bits)."
      )
    }
    try refuseRounds(grouping)
    try validateAugmentation()
    try validateSchedule()
    try validateRule()
    try validateKeeping()
  }

  /// Rounds of the rank with the most lanes: one that has fewer than `accumulate` takes them one by
  /// one.
  public func rounds(ranks: Int) -> Int { min(accumulate, (lanes + ranks - 1) / ranks) }

  /// The plan for ranks that take all their lanes at once.
  public var inOneRound: TrainingPlan {
    var plan = self
    plan.accumulate = 1
    return plan
  }

  /// Refuses rounds that would be empty, or that would have to know of each other.
  private func refuseRounds(_ grouping: BatchNormGrouping) throws {
    if accumulate > lanes {
      throw Failure(
        .usage,
        "--accumulate \(accumulate) is more than --lanes \(lanes): a round takes at least a lane."
      )
    }
    if accumulate > 1 && grouping.lanesPerGroup > 1 {
      throw Failure(
        .usage,
        "--accumulate \(accumulate) takes lanes one after another, and --bn \(batchNorm) needs "
          + "\(grouping.lanesPerGroup) of them at once for its statistics: use --bn lane, or "
          + "--bn group:N with groups that lie in one lane (this changes the bits)."
      )
    }
  }
}
