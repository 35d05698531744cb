import Kernels
import Tensors

/// Sums the partial gradients of one operation: inside each lane in order, then over this rank's
/// lanes in the canonical tree.
///
/// The partial sums lie in the site's slots, one per chunk of a lane or one per lane; the results,
/// one for each tree node of this rank, in `Site.gradients`, where the lanes of a later round are
/// added to those of the rounds before. Whole gradients of single lanes never exist.
enum LaneGradient {
  /// What a slot holds.
  enum Piece {
    case chunk
    case lane
  }

  /// Elements that one item sums, so that they stay in the first-level cache.
  private static let block = LaneDigests.block

  /// Floats of a thread's workspace.
  static func workspace(_ batch: BatchLayout) -> Int { batch.laneCapacity * block }

  /// The stage for tensor `parameter`, whose partial sums start at `offset` of each slot.
  static func stage(
    _ site: Site,
    parameter: Int,
    offset: Int,
    _ piece: Piece,
    _ turn: Stage.Turn = .own
  ) -> Stage {
    let range = site.ranges[parameter]
    let (batch, kernels, slots, stride) = (site.batch, site.kernels, site.slots, site.slotStride)
    let gradients = site.gradients
    let (digests, firstBlock) = (site.digests, site.digests?.firstBlock(range) ?? 0)
    return .items("gradient.lanes", turn: turn, { (range.count + block - 1) / block }) {
      item,
      member in
      let start = item * block
      let count = min(block, range.count - start)
      let base = slots + offset + start
      let sums = site.workspace(member)
      // Sums stand in the workspace: slots that are written to would go back to memory once more.
      for lane in 0..<batch.localPresent {
        let sum = sums + lane * block
        let first = piece == .lane ? lane : batch.chunkStarts[lane]
        let end = piece == .lane ? lane + 1 : batch.chunkStarts[lane + 1]
        sum.update(from: base + first * stride, count: count)
        for chunk in first + 1..<max(first + 1, end) {
          kernels.add(count, sum, base + chunk * stride)
        }
      }
      if let digests, digests.isOn {
        for lane in 0..<batch.localPresent {
          digests.take(
            block: firstBlock + item,
            lane: batch.firstLane + lane,
            element: range.lowerBound + start,
            sums + lane * block,
            count: count
          )
        }
      }
      // Over the lanes of each node; what the rounds before left stands in the gradients.
      let round = batch.round
      func part(_ i: Int) -> Floats {
        i < round.kept
          ? gradients[i] + range.lowerBound + start : sums + (i - round.kept) * block
      }
      round.sum(present: batch.present) { into, from in
        kernels.add(count, part(into), part(from))
      } keep: { node, i in
        (gradients[node] + range.lowerBound + start).update(from: part(i), count: count)
      }
    }
  }
}
