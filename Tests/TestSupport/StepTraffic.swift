import Collectives
import Tensors

extension TrafficForms {
  /// All that a rank sends in a step with parameters sharded (ZeRO-1) or not.
  ///
  /// Partials go to the owners of the slices, and a slice of each bucket goes to everybody: of the
  /// new parameters with ZeRO-1, of the summed gradient without; the volume is the same. `sums` are
  /// the sums over lanes inside forward and backward; `hashes` says whether the state's digest goes
  /// along.
  public func step(
    _ plan: ReductionPlan,
    rank: Int,
    present: Int,
    recordWidth: Int,
    sums: [(width: Int, lanesPerGroup: Int)],
    hashes: Bool = false
  ) -> Traffic {
    let blocks = totalsBlocks(plan, recordWidth: recordWidth, hashes: hashes)
    var total = allGather(rank: rank, blocks: blocks)
    for bucket in plan.buckets.indices {
      total =
        total
        + reduceScatter(plan, bucket: bucket, rank: rank, present: present)
        + gather(plan, bucket: bucket, rank: rank)
    }
    for (width, lanesPerGroup) in sums {
      let blocks = laneSumBlocks(plan, width: width, lanesPerGroup: lanesPerGroup)
      total = total + allGather(rank: rank, blocks: blocks)
    }
    return total
  }

  /// Bytes of each rank's part of the step's totals: a sum for each granule-tree node of its
  /// slices, and a hash with it where there are any, a record for each lane-tree node, a word of
  /// flags, the last saved step, the rank's own time and the hash of what all have.
  public func totalsBlocks(
    _ plan: ReductionPlan,
    recordWidth: Int,
    hashes: Bool = false
  ) -> [Int] {
    let granules = CanonicalTree(leaves: max(1, Granules.count(plan.elements)))
    return (0..<plan.ranks).map { rank in
      let sums = plan.slices.map(\.[rank]).filter { !$0.isEmpty }.reduce(0) { count, slice in
        let range = slice.lowerBound / Granules.size..<Granules.count(slice.upperBound)
        return count + granules.nodes(covering: range).count
      }
      return 8 * (sums * (hashes ? 2 : 1) + plan.partials[rank].count * recordWidth + 4)
    }
  }

  /// Bytes of each rank's block of a sum over lanes: a record for each maximal node of each group.
  public func laneSumBlocks(_ plan: ReductionPlan, width: Int, lanesPerGroup: Int) -> [Int] {
    let tree = CanonicalTree(leaves: lanesPerGroup)
    return plan.heldLanes.map { held in
      let groups = stride(from: 0, to: plan.lanes, by: lanesPerGroup)
      let nodes = groups.reduce(0) { count, first in
        let own = held.clamped(to: first..<first + lanesPerGroup)
        return count
          + tree.nodes(covering: own.lowerBound - first..<own.upperBound - first).count
      }
      return 8 * nodes * width
    }
  }
}
