import Collectives

/// Which elements a rank has optimizer state for, and where each lies in its state arrays, which
/// hold the ranges end to end.
public struct StateShard: Hashable, Sendable {
  /// The elements, bucket by bucket; a range may be empty.
  public let ranges: [Range<Int>]
  /// Where each range starts in a state array.
  public let places: [Int]
  /// Elements of a state array.
  public let count: Int

  /// The shard of `rank`: its slices where state is sharded, else whole buckets.
  public init(_ plan: ReductionPlan, rank: Int, sharded: Bool) {
    ranges = plan.buckets.indices.map { sharded ? plan.slices[$0][rank] : plan.buckets[$0] }
    var places: [Int] = []
    var end = 0
    for range in ranges {
      places.append(end)
      end += range.count
    }
    self.places = places
    count = end
  }

  /// What is added to an element's number to find its state; traps where there is none.
  func offset(of element: Int) -> Int {
    for (range, place) in zip(ranges, places) where range.contains(element) {
      return place - range.lowerBound
    }
    preconditionFailure("there is no state for element \(element) here")
  }
}
