/// How a convolution is computed.
public enum ConvolutionAlgorithm: String, Hashable, Sendable, Codable {
  /// Patches times weights: any kernel, the plain reference.
  case direct
  /// Winograd's F(4×4, 3×3): 3×3 kernels of stride 1.
  case winograd
}
