import Kernels

/// How a convolution is computed.
public enum ConvolutionAlgorithm: String, CaseIterable, Sendable, Codable {
  /// Patches times weights: any kernel, the plain reference.
  case direct
  /// Winograd: 3×3 kernels of stride 1, by F(4×4, 3×3), and of stride 2, by F(4, 2) of the odd
  /// pixels.
  case winograd

  /// Its ways, of which the first that fits computes a convolution.
  private var ways: [any ConvolutionWay.Type] {
    switch self {
    case .direct: [PointwiseConvolution.self, DirectConvolution.self]
    case .winograd: [WinogradStages.self]
    }
  }

  /// Whether it computes a convolution of these sizes.
  package func fits(_ g: ConvolutionGeometry) -> Bool { ways.contains { $0.fits(g) } }

  /// The way for a convolution of these sizes; traps where none fits.
  func way(_ g: ConvolutionGeometry) -> any ConvolutionWay.Type {
    guard let way = ways.first(where: { $0.fits(g) }) else {
      preconditionFailure(
        "no \(rawValue) way fits a \(g.kernel)×\(g.kernel) kernel of stride \(g.stride)"
      )
    }
    return way
  }
}
