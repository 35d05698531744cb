import Collectives
import Tensors

/// The tree nodes of groups of lanes, over all ranks: which partial records there are and how they
/// become totals.
///
/// A rank reduces its lanes to the maximal nodes it holds; once every rank has the records of all
/// nodes, each adds them up in tree order.
struct LaneNodes {
  /// A node: its group, and its lanes counted from the group's first.
  private struct GroupNode {
    let group: Int
    let lanes: Range<Int>
  }

  let lanesPerGroup: Int
  private let tree: CanonicalTree
  private let held: Range<Int>
  /// Nodes of all ranks, from left to right; `starts[r]` is the first of rank r.
  private let nodes: [GroupNode]
  let starts: [Int]
  private let rank: Int
  /// By group: its first node, and the lanes of its nodes.
  private let firstNode: [Int]
  private let groupNodes: [[Range<Int>]]
  private let leaves: [Range<Int>]

  init(_ plan: ReductionPlan, rank: Int, lanesPerGroup: Int) {
    precondition(plan.lanes % lanesPerGroup == 0, "groups must divide the lanes")
    self.lanesPerGroup = lanesPerGroup
    self.rank = rank
    tree = CanonicalTree(leaves: lanesPerGroup)
    held = plan.heldLanes[rank]
    var nodes: [GroupNode] = []
    var starts = [0]
    for lanes in plan.heldLanes {
      for group in 0..<plan.lanes / lanesPerGroup {
        let first = group * lanesPerGroup
        let own = lanes.clamped(to: first..<first + lanesPerGroup)
        nodes += tree.nodes(covering: own.lowerBound - first..<own.upperBound - first)
          .map { GroupNode(group: group, lanes: $0) }
      }
      starts.append(nodes.count)
    }
    self.nodes = nodes
    self.starts = starts
    firstNode = (0..<plan.lanes / lanesPerGroup).map { group in
      nodes.firstIndex { $0.group == group } ?? 0
    }
    groupNodes = (0..<plan.lanes / lanesPerGroup).map { group in
      nodes.filter { $0.group == group }.map(\.lanes)
    }
    leaves = (0..<lanesPerGroup).map { $0..<$0 + 1 }
  }

  /// Nodes of this rank.
  var own: Range<Int> { starts[rank]..<starts[rank + 1] }

  private func present(_ lanes: Int, inGroup group: Int) -> Int {
    max(0, min(lanesPerGroup, lanes - group * lanesPerGroup))
  }

  /// Reduces the records of this rank's lanes, in place, and copies each node's to where `slot`
  /// says.
  func reduceOwn(
    _ records: UnsafeMutablePointer<Double>,
    width: Int,
    merge: RecordMerge,
    present: Int,
    slot: (_ node: Int) -> UnsafeMutablePointer<Double>
  ) {
    for index in own {
      let node = nodes[index]
      let firstLane = node.group * lanesPerGroup - held.lowerBound
      let leader = tree.sum(
        leaves,
        in: node.lanes,
        present: self.present(present, inGroup: node.group)
      ) { into, from in
        merge.merge(
          records + (firstLane + into) * width,
          records + (firstLane + from) * width,
          width: width
        )
      }
      if let leader {
        slot(index).update(from: records + (firstLane + leader) * width, count: width)
      }
    }
  }

  /// Adds up the records of all nodes of a group, in place; nil when none of its lanes has samples.
  func total(
    group: Int,
    width: Int,
    merge: RecordMerge,
    present: Int,
    slot: (_ node: Int) -> UnsafeMutablePointer<Double>
  ) -> UnsafeMutablePointer<Double>? {
    let first = firstNode[group]
    let leader = tree.sum(
      groupNodes[group],
      present: self.present(present, inGroup: group)
    ) { into, from in
      merge.merge(slot(first + into), slot(first + from), width: width)
    }
    return leader.map { slot(first + $0) }
  }
}
