import Kernels
import Tensors

/// A convolution with a square kernel and zero padding.
///
/// Weights lie as kernel row, kernel column, input channel, output channel. First values: normal
/// with deviation √(2 / (kernel² · outputs)) (He et al. 2015, fan-out) unless `weights` says
/// otherwise; bias zero.
package struct Convolution: Operation, Hashable {
  /// Output channels.
  package let outputs: Int
  /// Kernel height and width.
  package let kernel: Int
  /// Step between output pixels.
  package let stride: Int
  /// Zeros around the input.
  package let padding: Padding
  /// Whether a bias is added.
  package let bias: Bool
  /// The weights' first values.
  package let weights: WeightInitialization
  /// How it is computed; decides the last bits.
  package var algorithm = ConvolutionAlgorithm.direct

  /// A convolution of these sizes.
  package init(
    outputs: Int,
    kernel: Int,
    stride: Int = 1,
    padding: Padding = 0,
    bias: Bool = false,
    weights: WeightInitialization = .heFanOut
  ) {
    self.outputs = outputs
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.bias = bias
    self.weights = weights
  }

  /// The sizes over an input.
  package func geometry(_ input: ImageShape) -> ConvolutionGeometry {
    ConvolutionGeometry(
      input: input,
      outputs: outputs,
      kernel: kernel,
      stride: stride,
      padding: padding
    )
  }

  package var kind: String { "convolution" }

  package func shape(_ inputs: [ImageShape]) -> ImageShape { geometry(inputs[0]).output }

  package func multiplyAdds(_ inputs: [ImageShape]) -> Int { geometry(inputs[0]).multiplyAdds }

  package var backwardReads: (inputs: Bool, output: Bool) { (true, false) }
  package var readsViews: Bool { true }

  package func parameters(_ inputs: [ImageShape]) -> [ParameterSpec] {
    let storage = ParameterStorage.convolution(
      height: kernel,
      width: kernel,
      input: inputs[0].channels,
      output: outputs
    )
    let area = kernel * kernel
    let weight = ParameterSpec(
      suffix: "weight",
      role: .weight,
      storage: storage,
      initial: weights.initializer(fanIn: area * inputs[0].channels, fanOut: area * outputs)
    )
    guard bias else { return [weight] }
    return [
      weight,
      ParameterSpec(
        suffix: "bias",
        role: .bias,
        storage: .vector(outputs),
        initial: .constant(0)
      ),
    ]
  }

  package func scratch(_ inputs: [ImageShape], _ batch: BatchLayout, _ mode: NetworkMode) -> Scratch
  {
    let g = geometry(inputs[0])
    var scratch = algorithm.way(g).scratch(g, mode)
    scratch.slot = g.depth * outputs + (bias ? outputs : 0)
    return scratch
  }

  /// How it is computed at a site.
  private func way(_ site: Site) -> any ConvolutionWay {
    let g = geometry(site.inputs[0])
    return algorithm.way(g).init(g, site)
  }

  package func forward(_ site: Site) -> [Stage] { way(site).forward() }

  /// Backward-weights by chunk of a lane, the sum over lanes, then backward-data.
  package func backward(_ site: Site) -> [Stage] {
    let way = way(site)
    var stages = [way.backwardWeights()]
    stages.append(LaneGradient.stage(site, parameter: 0, offset: 0, .chunk, .late))
    if bias {
      stages.append(
        LaneGradient.stage(site, parameter: 1, offset: way.g.depth * outputs, .chunk, .late)
      )
    }
    if let dx = site.dx[0] { stages += way.backwardData(dx) }
    return stages
  }
}
