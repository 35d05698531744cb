import Kernels
import Tensors

/// Which way convolutions are computed (`--conv`).
public enum ConvolutionChoice: String, CaseIterable, Sendable, Codable {
  /// What measures best, by the table below.
  case auto
  /// Winograd wherever it fits.
  case winograd
  /// Patches times weights everywhere.
  case direct

  /// The way for a convolution: a pure function of its sizes.
  package func algorithm(_ g: ConvolutionGeometry) -> ConvolutionAlgorithm {
    guard WinogradStages.fits(g) else { return .direct }
    switch self {
    case .auto: return g.input.channels >= 8 ? .winograd : .direct
    case .winograd: return .winograd
    case .direct: return .direct
    }
  }

  /// Each convolution of a model by name, with the way it is computed, in the order of forward.
  public func algorithms(of model: Model) -> [(name: String, algorithm: ConvolutionAlgorithm)] {
    decided(model).nodes.compactMap { node in
      (node.operation as? Convolution).map { (node.name, $0.algorithm) }
    }
  }

  /// The model with every convolution's way decided.
  func decided(_ model: Model) -> Model {
    let nodes = model.nodes.map { node in
      guard var convolution = node.operation as? Convolution else { return node }
      convolution.algorithm = algorithm(convolution.geometry(model.inputShapes(node)[0]))
      return node.with(convolution)
    }
    return Model(name: model.name, nodes: nodes)
  }
}
