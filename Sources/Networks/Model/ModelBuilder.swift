import Tensors

/// Puts a model together node by node, so that a network's function reads like the paper's table.
public struct ModelBuilder {
  private var nodes: [Node]

  /// Starts with the input image, node 0.
  public init(input: ImageShape) {
    nodes = [Node(name: "input", operation: Input(image: input), inputs: [], shape: input)]
  }

  /// The input image.
  public var input: Int { 0 }

  /// Adds a node and returns its number.
  package mutating func add(_ name: String, _ operation: any Operation, _ inputs: Int...) -> Int {
    add(name, operation, inputs)
  }

  /// Adds a node that reads these and returns its number.
  package mutating func add(_ name: String, _ operation: any Operation, _ inputs: [Int]) -> Int {
    precondition(!nodes.contains { $0.name == name }, "two nodes are called \(name)")
    let shape = operation.shape(inputs.map { nodes[$0].shape })
    nodes.append(Node(name: name, operation: operation, inputs: inputs, shape: shape))
    return nodes.count - 1
  }

  /// The shape of a node's result.
  public func shape(_ node: Int) -> ImageShape { nodes[node].shape }

  /// The model; the last node must give the logits, and every other node must have a reader.
  public func model(_ name: String) -> Model {
    for index in nodes.indices.dropLast() {
      precondition(
        nodes.contains { $0.inputs.contains(index) },
        "nothing reads \(nodes[index].name)"
      )
    }
    return Model(name: name, nodes: nodes)
  }
}
