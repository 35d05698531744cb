import Kernels
import Tensors

/// The planner's decisions about memory: which value and which gradient lies where in the arena, and when it is needed.
///
/// Moments: node i runs forward at i, the loss at N, node i backward at 2N − i.
struct NetworkPlan {
  /// Offset of each node's value.
  let values: [Int]
  /// Offset of each node's gradient; nil where nobody needs it.
  let gradients: [Int?]
  /// For each node and input: whether its gradient has been written before in backward.
  let accumulates: [[Bool]]
  /// Floats of the arena.
  let arena: Int
  /// What all nodes together need.
  let scratch: [Scratch]

  init(_ model: Model, _ batch: BatchLayout, _ mode: NetworkMode) {
    let nodes = model.nodes
    let end = nodes.count
    let training = mode != .inference
    var requests: [ArenaPlan.Request] = []
    var values: [Int] = []
    for (i, node) in nodes.enumerated() {
      var last = i == end - 1 ? end : i
      if training && node.operation.backwardReads.output { last = 2 * end - i }
      for (j, reader) in nodes.enumerated() where reader.inputs.contains(i) {
        let reads = training && reader.operation.backwardReads.inputs
        last = max(last, reads ? 2 * end - j : j)
      }
      values.append(requests.count)
      requests.append(.init(floats: batch.capacity * node.shape.count, life: i...last))
    }
    var gradients: [Int?] = Array(repeating: nil, count: end)
    if training {
      for i in 1..<end {
        let readers = nodes.indices.filter { nodes[$0].inputs.contains(i) }
        let first = readers.max().map { 2 * end - $0 } ?? end
        gradients[i] = requests.count
        requests.append(
          .init(floats: batch.capacity * nodes[i].shape.count, life: first...2 * end - i)
        )
      }
    }
    var written = Set<Int>()
    var accumulates = nodes.map { $0.inputs.map { _ in false } }
    for i in nodes.indices.reversed() {
      for (k, input) in nodes[i].inputs.enumerated() {
        accumulates[i][k] = !written.insert(input).inserted
      }
    }
    let plan = ArenaPlan(requests)
    self.values = values.map { plan.offsets[$0] }
    self.gradients = gradients.map { $0.map { plan.offsets[$0] } }
    self.accumulates = accumulates
    arena = plan.count
    scratch = nodes.map { $0.operation.scratch(model.inputShapes($0), batch, mode) }
  }
}
