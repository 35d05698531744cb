import Tensors

/// One node of a model: an operation, where its inputs come from, and its name.
public struct Node: Sendable {
  /// torchvision's name where it has one: "layer1.0.conv1".
  ///
  /// Parameters are called "name.suffix".
  public let name: String
  /// What it does.
  package let operation: any Operation
  /// The nodes whose results it reads; 0 is the input image.
  public let inputs: [Int]
  /// The shape of its result.
  public let shape: ImageShape

  /// The same node doing something else of the same shape.
  func with(_ operation: any Operation) -> Node {
    Node(name: name, operation: operation, inputs: inputs, shape: shape)
  }
}

/// A network as a value: a list of nodes in the order of forward.
///
/// Planning, fusion, counting and export are passes over this list. Node 0 is the input image and
/// has the operation `Input`; the last node gives the logits.
public struct Model: Sendable {
  /// Its name in the catalog: "resnet20".
  public let name: String
  /// The nodes, inputs before their readers.
  public let nodes: [Node]
  /// Every tensor in the flat buffer, in the order in which backward finishes them.
  public let layout: ParameterLayout

  /// A model of these nodes, inputs before their readers.
  init(name: String, nodes: [Node]) {
    (self.name, self.nodes) = (name, nodes)
    layout = ParameterLayout(
      nodes.reversed().flatMap { node in
        node.operation.parameters(node.inputs.map { nodes[$0].shape }).map {
          ("\(node.name).\($0.suffix)", $0.role, $0.storage)
        }
      }
    )
  }

  /// The shape of an input image.
  public var input: ImageShape { nodes[0].shape }
  /// The number of logits.
  public var classes: Int { nodes[nodes.count - 1].shape.channels }

  /// The shapes of a node's inputs.
  public func inputShapes(_ node: Node) -> [ImageShape] { node.inputs.map { nodes[$0].shape } }

  /// The tensors of a node.
  public func parameters(_ node: Node) -> [ParameterSpec] {
    node.operation.parameters(inputShapes(node))
  }

  /// Multiply-adds of one image, forward, of convolutions and dense layers.
  public var multiplyAdds: Int {
    nodes.reduce(0) { $0 + $1.operation.multiplyAdds(inputShapes($1)) }
  }

  /// The normalisation that all of them share, nil when there are none or they differ.
  package var batchNorm: BatchNorm? {
    let all = Set(nodes.compactMap { $0.operation as? BatchNorm })
    return all.count == 1 ? all.first : nil
  }
}

/// The image itself.
package struct Input: Operation, Hashable {
  /// Its shape.
  package let image: ImageShape
  package var kind: String { "input" }
  package func shape(_ inputs: [ImageShape]) -> ImageShape { image }
  package var backwardReads: (inputs: Bool, output: Bool) { (false, false) }
  package func forward(_ site: Site) -> [Stage] { [] }
  package func backward(_ site: Site) -> [Stage] { [] }
}
