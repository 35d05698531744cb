import Tensors

/// Which rank holds which lanes, how the gradient is cut into buckets, and who owns which slice of
/// each: all the traffic of a step.
///
/// A pure value of (lanes, ranks, trainable elements, bucket size). Ranges count elements of the
/// flat layout.
public struct ReductionPlan: Hashable, Sendable {
  /// L.
  public let lanes: Int
  /// Elements of the trainable part of the layout.
  public let elements: Int
  /// The contiguous lanes of each rank: the first (L mod R) ranks hold one more.
  public let heldLanes: [Range<Int>]
  /// The maximal nodes of the canonical tree that each rank's lanes make up; a partial is the sum
  /// over one of them, in a gradient buffer of its own.
  public let partials: [[Range<Int>]]
  /// The buckets, in layout order, whole granules each.
  public let buckets: [Range<Int>]
  /// The slice of each bucket that each rank owns, `slices[bucket][rank]`, whole granules, possibly
  /// none.
  public let slices: [[Range<Int>]]

  /// The plan for `ranks` ranks; a bucket has up to `bucketGranules` granules.
  ///
  /// Traps when there are more ranks than lanes.
  public init(lanes: Int, ranks: Int, elements: Int, bucketGranules: Int) {
    precondition(ranks > 0 && ranks <= lanes, "\(ranks) ranks cannot share \(lanes) lanes")
    precondition(bucketGranules > 0, "a bucket needs a granule")
    self.lanes = lanes
    self.elements = elements
    heldLanes = (0..<ranks).map { share($0, of: ranks, total: lanes) }
    let tree = CanonicalTree(leaves: lanes)
    partials = heldLanes.map { tree.nodes(covering: $0) }
    let granules = Granules.count(elements)
    let cuts = stride(from: 0, to: granules, by: bucketGranules)
      .map { $0..<min($0 + bucketGranules, granules) }
    buckets = cuts.map { Granules.elements($0, limit: elements) }
    slices = cuts.map { bucket in
      (0..<ranks).map { rank in
        let own = share(rank, of: ranks, total: bucket.count)
        return Granules.elements(
          bucket.lowerBound + own.lowerBound..<bucket.lowerBound + own.upperBound,
          limit: elements
        )
      }
    }
  }

  /// R.
  public var ranks: Int { heldLanes.count }

  /// Elements of other ranks' partials that arrive where a rank owns its slice of a bucket.
  public func arrivingElements(_ bucket: Int, rank: Int) -> Int {
    let others = partials.reduce(0) { $0 + $1.count } - partials[rank].count
    return others * slices[bucket][rank].count
  }

  /// Elements that a rank owns over all buckets.
  public func ownedElements(_ rank: Int) -> Int { slices.reduce(0) { $0 + $1[rank].count } }
}
