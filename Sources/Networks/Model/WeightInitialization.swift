/// How the weights of a convolution or dense layer, or a dense layer's biases, start, given the
/// layer's fans.
///
/// Fan-in is the number of values that one output sums, fan-out kernel² · outputs.
package enum WeightInitialization: Hashable, Sendable {
  /// Normal with deviation √(2 / fan-out): He et al. 2015, as He's and Gastaldi's code has it.
  case heFanOut
  /// Normal with deviation √(2 / fan-in): what He et al. derive for forward.
  case heFanIn
  /// Keras' `he_normal`: normal, cut at two deviations, and so wide that √(2 / fan-in) is left
  /// after the cut.
  case kerasHeNormal
  /// Uniform within ±√(6 / (fan-in + fan-out)): Glorot and Bengio 2010, Keras' default.
  case glorotUniform
  /// Uniform within ±1/√fan-in: Torch's default for a dense layer's weights and its biases.
  case torchUniform

  /// The deviation of a standard normal number that is drawn again beyond ±2, as Keras has it.
  private static let truncatedDeviation = 0.87962566103423978

  func initializer(fanIn: Int, fanOut: Int) -> Initializer {
    switch self {
    case .heFanOut:
      .normal(deviation: (2 / Double(fanOut)).squareRoot())
    case .heFanIn:
      .normal(deviation: (2 / Double(fanIn)).squareRoot())
    case .kerasHeNormal:
      .truncatedNormal(deviation: (2 / Double(fanIn)).squareRoot() / Self.truncatedDeviation)
    case .glorotUniform:
      .uniform(bound: (6 / Double(fanIn + fanOut)).squareRoot())
    case .torchUniform:
      .uniform(bound: 1 / Double(fanIn).squareRoot())
    }
  }
}
