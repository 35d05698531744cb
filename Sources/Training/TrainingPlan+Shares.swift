import Collectives
import Networks
import Plans
import Tensors

extension TrainingPlan {
  /// Lanes, buckets and slices of so many ranks, for the parameters of a layout.
  func reduction(
    _ layout: ParameterLayout,
    ranks: Int,
    bucketGranules: Int = StepEngine.bucketGranules
  ) -> ReductionPlan {
    ReductionPlan(
      lanes: lanes,
      ranks: ranks,
      elements: layout.trainable.count,
      bucketGranules: bucketGranules
    )
  }

  /// Which samples of a batch the rank has that holds these lanes.
  func batch(held: Range<Int>) -> BatchLayout {
    BatchLayout(lanes: lanes, held: held, fullBatch: batchSize, rounds: accumulate)
  }
}
