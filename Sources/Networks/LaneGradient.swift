import Kernels
import Tensors

/// Sums the partial gradients of one operation: inside each lane in order, then over this rank's lanes in the canonical tree.
///
/// The partial sums lie in the site's slots, one per chunk of a lane or one per lane; the results, one for each tree node of this rank, in
/// `Site.gradients`. Whole gradients of single lanes never exist.
enum LaneGradient {
  /// What a slot holds.
  enum Piece {
    case chunk
    case lane
  }

  /// Elements that one item sums, so that they stay in the first-level cache.
  private static let block = 1024

  /// Floats of a thread's workspace.
  static func workspace(_ batch: BatchLayout) -> Int { batch.held.count * block }

  /// The stage for tensor `parameter`, whose partial sums start at `offset` of each slot.
  static func stage(
    _ site: Site,
    parameter: Int,
    offset: Int,
    _ piece: Piece,
    _ turn: Stage.Turn = .own
  ) -> Stage {
    let range = site.ranges[parameter]
    let lanes = site.batch.held.map { $0..<$0 + 1 }
    let (batch, kernels, slots, stride) = (site.batch, site.kernels, site.slots, site.slotStride)
    let gradients = site.gradients
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
      // Over the lanes of each node.
      for (n, node) in batch.nodes.enumerated() {
        let leader = batch.tree.sum(lanes, in: node, present: batch.present) { into, from in
          kernels.add(count, sums + into * block, sums + from * block)
        }
        guard let leader else { continue }
        (gradients[n] + range.lowerBound + start).update(from: sums + leader * block, count: count)
      }
    }
  }
}
