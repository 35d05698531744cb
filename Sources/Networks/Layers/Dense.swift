import Kernels
import Tensors

/// A dense layer over the flattened input (height, width, channel order); weights lie as inputs ×
/// outputs.
///
/// First values: uniform within ±1/√inputs for weights (Torch's default) unless `weights` says
/// otherwise, zero for biases unless `biases` does.
package struct Dense: Operation, Hashable {
  /// Output values.
  package let outputs: Int
  /// The weights' first values.
  package let weights: WeightInitialization
  /// The biases' first values, nil for zeros.
  package let biases: WeightInitialization?

  /// A layer with `outputs` outputs and a bias.
  package init(
    outputs: Int,
    weights: WeightInitialization = .torchUniform,
    biases: WeightInitialization? = nil
  ) {
    self.outputs = outputs
    self.weights = weights
    self.biases = biases
  }

  package var kind: String { "dense" }

  package func shape(_ inputs: [ImageShape]) -> ImageShape {
    ImageShape(height: 1, width: 1, channels: outputs)
  }

  package func multiplyAdds(_ inputs: [ImageShape]) -> Int { inputs[0].count * outputs }

  package var backwardReads: (inputs: Bool, output: Bool) { (true, false) }

  package func parameters(_ inputs: [ImageShape]) -> [ParameterSpec] {
    let fanIn = inputs[0].count
    return [
      ParameterSpec(
        suffix: "weight",
        role: .weight,
        storage: .dense(input: inputs[0], output: outputs),
        initial: weights.initializer(fanIn: fanIn, fanOut: outputs)
      ),
      ParameterSpec(
        suffix: "bias",
        role: .bias,
        storage: .vector(outputs),
        initial: biases?.initializer(fanIn: fanIn, fanOut: outputs) ?? .constant(0)
      ),
    ]
  }

  package func scratch(_ inputs: [ImageShape], _ batch: BatchLayout, _ mode: NetworkMode) -> Scratch
  { Scratch(slot: (inputs[0].count + 1) * outputs) }

  /// One product per chunk of a lane: a row's bits depend on the rows of its product, so their
  /// number must follow from the lane alone.
  package func forward(_ site: Site) -> [Stage] {
    let (inputs, outputs) = (site.inputs[0].count, outputs)
    let (x, y, kernels, batch) = (site.x[0].base, site.y, site.kernels, site.batch)
    let (weight, bias) = (site.parameters[0], site.parameters[1])
    return [
      .items("dense.forward", { batch.chunks.count }) { chunk, _ in
        let samples = batch.chunks[chunk]
        let out = y + samples.lowerBound * outputs
        BLAS.multiply(
          m: samples.count,
          n: outputs,
          k: inputs,
          x + samples.lowerBound * inputs,
          weight,
          beta: 0,
          into: out
        )
        kernels.addBias(samples.count, outputs, out, bias)
      }
    ]
  }

  package func backward(_ site: Site) -> [Stage] {
    let (inputs, outputs) = (site.inputs[0].count, outputs)
    let (x, dy, weight, batch) = (site.x[0].base, site.dy, site.parameters[0], site.batch)
    let (kernels, slots, stride) = (site.kernels, site.slots, site.slotStride)
    var stages: [Stage] = []
    if let dx = site.dx[0] {
      let beta: Float = site.accumulates[0] ? 1 : 0
      stages.append(
        .items("dense.backward-data", { batch.chunks.count }) { chunk, _ in
          let samples = batch.chunks[chunk]
          BLAS.multiply(
            m: samples.count,
            n: inputs,
            k: outputs,
            dy + samples.lowerBound * outputs,
            weight,
            transposedB: true,
            beta: beta,
            into: dx + samples.lowerBound * inputs
          )
        }
      )
    }
    stages.append(
      .items("dense.backward-weights", { batch.chunks.count }) { chunk, _ in
        let samples = batch.chunks[chunk]
        let slot = slots + chunk * stride
        BLAS.multiply(
          m: inputs,
          n: outputs,
          k: samples.count,
          x + samples.lowerBound * inputs,
          transposedA: true,
          dy + samples.lowerBound * outputs,
          beta: 0,
          into: slot
        )
        let gradients = dy + samples.lowerBound * outputs
        kernels.channelSums(samples.count, outputs, gradients, slot + inputs * outputs)
      }
    )
    stages.append(LaneGradient.stage(site, parameter: 0, offset: 0, .chunk))
    stages.append(LaneGradient.stage(site, parameter: 1, offset: inputs * outputs, .chunk))
    return stages
  }
}
