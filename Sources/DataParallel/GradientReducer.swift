import Collectives
import Tensors

/// Starts each bucket's reduce-scatter as soon as backward has finished all its tensors.
public final class GradientReducer {
  private let exchange: any BucketExchange
  private let buckets: [Range<Int>]
  private let tensors: [Int]
  private var missing: [Int]
  private var present = 0

  /// A reducer for the buckets of `plan`, which hold the trainable tensors of `layout`.
  public init(_ exchange: any BucketExchange, plan: ReductionPlan, layout: ParameterLayout) {
    self.exchange = exchange
    buckets = plan.buckets
    let trainable = layout.entries.filter { $0.role != .statistic }
    tensors = buckets.map { bucket in trainable.count { $0.range.overlaps(bucket) } }
    missing = tensors
  }

  /// Begins a step whose batch has samples in the first `present` lanes.
  public func begin(present: Int) {
    self.present = present
    for bucket in missing.indices { missing[bucket] = tensors[bucket] }
  }

  /// Takes note that a tensor's gradient is final and sends the buckets that are complete; throws
  /// `Failure` (.launch) when a rank is lost.
  public func markReady(_ range: Range<Int>) throws {
    for bucket in buckets.indices where buckets[bucket].overlaps(range) {
      missing[bucket] -= 1
      if missing[bucket] == 0 { try exchange.startReduce(bucket, present: present) }
    }
    try exchange.progress()
  }

  /// Returns when the sums of all owned slices stand in the first gradient buffer; throws `Failure`
  /// (.launch) when a rank is lost.
  public func finish() throws {
    for bucket in buckets.indices {
      precondition(missing[bucket] == 0, "bucket \(bucket) was never completed")
      try exchange.finishReduce(bucket)
    }
  }
}
