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
    if !ModelCatalog.names.contains(model) {
      let shape = ImageShape(height: 32, width: 32, channels: 1)
      _ = try ModelCatalog.model(model, input: shape, classes: 1)
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
    _ = try grouping
    try validateSchedule()
    try validateRule()
  }
}
