/// How a convolution is computed.
public enum ConvolutionAlgorithm: String, Hashable, Sendable, Codable {
  /// Patches times weights: any kernel, the plain reference.
  case direct
  /// Winograd: 3×3 kernels of stride 1, by F(4×4, 3×3), and of stride 2, by F(4, 2) of the odd pixels.
  case winograd
}
