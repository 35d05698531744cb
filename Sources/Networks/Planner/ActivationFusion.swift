/// Puts a rectifier into the node before it where nobody else reads that node: BatchNorm
/// (`Fusion.activation`) or a sum (`Fusion.residual`).
///
/// The node keeps its own name and parameters, so the layout of the model does not change.
func fusingRectifiers(_ model: Model, _ fusions: Set<Fusion>) -> Model {
  /// The operation with the rectifier in it, nil where there is no such thing.
  func rectified(_ operation: any Operation) -> (any Operation)? {
    switch operation {
    case let norm as BatchNorm where fusions.contains(.activation) && !norm.isRectified:
      BatchNorm(epsilon: norm.epsilon, momentum: norm.momentum, isRectified: true)
    case let sum as Addition where fusions.contains(.residual) && !sum.isRectified:
      Addition(isRectified: true)
    default: nil
    }
  }
  let readers = GradientPlan.readers(model.nodes)
  var nodes: [Node] = []
  var place: [Int] = []
  for node in model.nodes {
    let inputs = node.inputs.map { place[$0] }
    if node.operation is Rectifier, readers[node.inputs[0]].count == 1,
      let fused = rectified(nodes[inputs[0]].operation)
    {
      nodes[inputs[0]] = nodes[inputs[0]].with(fused)
      place.append(inputs[0])
      continue
    }
    nodes.append(
      Node(name: node.name, operation: node.operation, inputs: inputs, shape: node.shape)
    )
    place.append(nodes.count - 1)
  }
  return Model(name: model.name, nodes: nodes)
}
