import Kernels
import Tensors

/// A way to compute a convolution: the stages of its three passes at a site.
///
/// A new way is a type with this protocol and a place in `ConvolutionAlgorithm.ways`.
protocol ConvolutionWay {
  /// The convolution's sizes.
  var g: ConvolutionGeometry { get }
  /// Where it runs.
  var site: Site { get }

  /// This way of a convolution that it fits.
  init(_ g: ConvolutionGeometry, _ site: Site)
  /// Whether it computes a convolution of these sizes.
  static func fits(_ g: ConvolutionGeometry) -> Bool
  /// The memory it needs, without slots.
  static func scratch(_ g: ConvolutionGeometry, _ mode: NetworkMode) -> Scratch

  /// y from x and the weights, with the bias if there is one.
  func forward() -> [Stage]
  /// Each chunk's gradient of the weights into its slot, and behind it that of the bias.
  func backwardWeights() -> Stage
  /// dx from dy and the weights.
  func backwardData(_ dx: Floats) -> [Stage]
}

extension ConvolutionWay {
  /// The bias, by output channel.
  var bias: Floats? { site.parameters.count > 1 ? site.parameters[1] : nil }

  /// Writes Σ dy over the pixels of a chunk's samples behind the gradient of the weights, if there
  /// is a bias.
  func sumBias(_ samples: Range<Int>, behind slot: Floats) {
    if bias == nil { return }
    site.kernels.channelSums(
      samples.count * g.output.pixels,
      g.output.channels,
      site.dy + samples.lowerBound * g.output.count,
      slot + g.depth * g.output.channels
    )
  }

  /// The weights transposed, [output channel][depth], in the memory of backward: products with a
  /// matrix as it lies are faster.
  func transposeWeights() -> Stage {
    let (w, transposed) = (site.parameters[0], site.own.backward)
    let (depth, outputs) = (g.depth, g.output.channels)
    return .items("convolution.weights", turn: .early, { outputs }) { row, _ in
      for i in 0..<depth { transposed[row * depth + i] = w[i * outputs + row] }
    }
  }
}
