import Kernels
import Tensors

/// A convolution with a square kernel and zero padding, as im2col and SGEMM: the plain reference.
///
/// Weights lie as kernel row, kernel column, input channel, output channel. First values: normal with deviation √(2 / (kernel² · outputs))
/// (He et al. 2015, fan-out) unless `weights` says otherwise; bias zero.
package struct Convolution: Operation, Hashable {
  /// Output channels.
  package let outputs: Int
  /// Kernel height and width.
  package let kernel: Int
  /// Step between output pixels.
  package let stride: Int
  /// Zeros around the input.
  package let padding: Int
  /// Whether a bias is added.
  package let bias: Bool
  /// The weights' first values.
  package let weights: WeightInitialization

  /// A convolution of these sizes.
  package init(
    outputs: Int,
    kernel: Int,
    stride: Int = 1,
    padding: Int = 0,
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
    return Scratch(
      workspace: max(g.patchCapacity, outputs),
      slot: g.depth * outputs + (bias ? outputs : 0)
    )
  }

  /// One item per image and block of output rows: patches times weights.
  package func forward(_ site: Site) -> [Stage] {
    let g = geometry(site.inputs[0])
    let (x, y, weight) = (site.x[0], site.y, site.parameters[0])
    let (workspace, stride) = (site.workspace, site.workspaceStride)
    let (batch, kernels, blocks) = (site.batch, site.kernels, g.blocks)
    let biases = bias ? site.parameters[1] : nil
    return [
      .items("convolution.forward", { batch.localSamples * blocks }) { item, member in
        let (sample, block) = item.quotientAndRemainder(dividingBy: blocks)
        let rows = g.rows(block)
        let pixels = rows.count * g.output.width
        let image = x + sample * g.input.count
        let out = y + sample * g.output.count + rows.lowerBound * g.output.width * g.output.channels
        var patches = image + rows.lowerBound * g.output.width * g.input.channels
        if !g.isPointwise {
          patches = workspace + member * stride
          Patches.gather(g, rows: rows, image, into: patches)
        }
        BLAS.multiply(
          m: pixels,
          n: g.output.channels,
          k: g.depth,
          patches,
          weight,
          beta: 0,
          into: out
        )
        if let biases { kernels.addBias(pixels, g.output.channels, out, biases) }
      }
    ]
  }

  /// Backward-data by image, backward-weights by chunk of a lane, then the sum over lanes.
  package func backward(_ site: Site) -> [Stage] {
    var stages: [Stage] = []
    if let dx = site.dx[0] { stages.append(backwardData(site, dx)) }
    stages.append(backwardWeights(site))
    stages.append(LaneGradient.stage(site, parameter: 0, offset: 0, .chunk))
    if bias {
      let g = geometry(site.inputs[0])
      stages.append(
        LaneGradient.stage(site, parameter: 1, offset: g.depth * outputs, .chunk)
      )
    }
    return stages
  }

  private func backwardData(_ site: Site, _ dx: UnsafeMutablePointer<Float>) -> Stage {
    let g = geometry(site.inputs[0])
    let (dy, weight, kernels) = (site.dy, site.parameters[0], site.kernels)
    let (workspace, stride, accumulates) = (
      site.workspace, site.workspaceStride, site.accumulates[0]
    )
    return site.images("convolution.backward-data") { sample, member in
      let image = dx + sample * g.input.count
      let gradient = dy + sample * g.output.count
      if g.isPointwise {
        BLAS.multiply(
          m: g.output.pixels,
          n: g.depth,
          k: g.output.channels,
          gradient,
          weight,
          transposedB: true,
          beta: accumulates ? 1 : 0,
          into: image
        )
        return
      }
      if !accumulates { image.update(repeating: 0, count: g.input.count) }
      let patches = workspace + member * stride
      for block in 0..<g.blocks {
        let rows = g.rows(block)
        BLAS.multiply(
          m: rows.count * g.output.width,
          n: g.depth,
          k: g.output.channels,
          gradient + rows.lowerBound * g.output.width * g.output.channels,
          weight,
          transposedB: true,
          beta: 0,
          into: patches
        )
        Patches.scatter(g, rows: rows, patches, onto: image, kernels)
      }
    }
  }

  private func backwardWeights(_ site: Site) -> Stage {
    let g = geometry(site.inputs[0])
    let (x, dy, batch, kernels) = (site.x[0], site.dy, site.batch, site.kernels)
    let (slots, slotStride) = (site.slots, site.slotStride)
    let (workspace, stride) = (site.workspace, site.workspaceStride)
    let bias = bias
    return .items("convolution.backward-weights", { batch.chunks.count }) { chunk, member in
      let slot = slots + chunk * slotStride
      let samples = batch.chunks[chunk]
      for sample in samples {
        let image = x + sample * g.input.count
        for block in 0..<g.blocks {
          let rows = g.rows(block)
          let first = rows.lowerBound * g.output.width
          var patches = image + first * g.input.channels
          if !g.isPointwise {
            patches = workspace + member * stride
            Patches.gather(g, rows: rows, image, into: patches)
          }
          BLAS.multiply(
            m: g.depth,
            n: g.output.channels,
            k: rows.count * g.output.width,
            patches,
            transposedA: true,
            dy + sample * g.output.count + first * g.output.channels,
            beta: sample == samples.lowerBound && block == 0 ? 0 : 1,
            into: slot
          )
        }
      }
      if bias {
        kernels.channelSums(
          samples.count * g.output.pixels,
          g.output.channels,
          dy + samples.lowerBound * g.output.count,
          slot + g.depth * g.output.channels
        )
      }
    }
  }
}
