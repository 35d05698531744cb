import Kernels
import Tensors

/// Batch normalisation (Ioffe & Szegedy 2015) by channel: y = γ·(x − μ)/√(σ² + ε) + β.
///
/// Training uses the biased statistics of a group of samples (`BatchNormGrouping`), which may lie on several ranks; evaluation the running
/// ones, which move by `momentum` and take the unbiased variance. First values: γ 1, β 0, running mean 0, running variance 1.
package struct BatchNorm: Operation, Hashable {
  /// ε under the root.
  package let epsilon: Double
  /// How far the running statistics move in a step.
  package let momentum: Double

  /// A normalisation with these constants.
  package init(epsilon: Double = 1e-5, momentum: Double = 0.1) {
    self.epsilon = epsilon
    self.momentum = momentum
  }

  package var kind: String { "batchnorm" }
  package func shape(_ inputs: [ImageShape]) -> ImageShape { inputs[0] }
  package var backwardReads: (inputs: Bool, output: Bool) { (true, false) }

  package func parameters(_ inputs: [ImageShape]) -> [ParameterSpec] {
    let n = inputs[0].channels
    func vector(_ suffix: String, _ role: ParameterRole, _ value: Float) -> ParameterSpec {
      ParameterSpec(suffix: suffix, role: role, storage: .vector(n), initial: .constant(value))
    }
    return [
      vector("weight", .gain, 1), vector("bias", .bias, 0),
      vector("running_mean", .statistic, 0), vector("running_var", .statistic, 1),
    ]
  }

  package func scratch(_ inputs: [ImageShape], _ batch: BatchLayout, _ mode: NetworkMode) -> Scratch
  {
    let channels = inputs[0].channels
    guard case .training(let grouping) = mode else { return Scratch(floats: 2 * channels) }
    let cells = batch.held.count * grouping.cellsPerLane
    return Scratch(
      slot: 2 * channels,
      floats: 6 * channels * cells,
      doubles: 2 * channels * batch.capacity + (1 + 4 * channels) * cells + channels * cells,
      record: 2 * channels
    )
  }

  package func forward(_ site: Site) -> [Stage] {
    guard case .training(let grouping) = site.mode else { return inference(site) }
    let cells = BatchNormCells(site, grouping, epsilon: epsilon)
    return [
      cells.imageMoments(), cells.mergeMoments(), cells.exchangeMoments(), cells.coefficients(),
      cells.normalize(),
    ]
  }

  package func backward(_ site: Site) -> [Stage] {
    guard case .training(let grouping) = site.mode else { return [] }
    let cells = BatchNormCells(site, grouping, epsilon: epsilon)
    var stages = [cells.imageGradientSums(), cells.mergeGradientSums(), cells.exchangeSums()]
    if let dx = site.dx[0] { stages += [cells.backwardCoefficients(), cells.backwardData(dx)] }
    stages.append(LaneGradient.stage(site, parameter: 0, offset: 0, .lane))
    stages.append(LaneGradient.stage(site, parameter: 1, offset: site.output.channels, .lane))
    return stages
  }

  private func inference(_ site: Site) -> [Stage] {
    let (shape, x, y, kernels) = (site.output, site.x[0], site.y, site.kernels)
    let (parameters, epsilon) = (site.parameters, epsilon)
    let (scale, shift) = (site.floats, site.floats + shape.channels)
    return [
      .items("batchnorm.coefficients", { 1 }) { _, _ in
        for c in 0..<shape.channels {
          let k = Double(parameters[0][c]) / (Double(parameters[3][c]) + epsilon).squareRoot()
          scale[c] = Float(k)
          shift[c] = Float(Double(parameters[1][c]) - Double(parameters[2][c]) * k)
        }
      },
      site.images("batchnorm.normalize") { sample, _ in
        let at = sample * shape.count
        kernels.scaleShift(shape.pixels, shape.channels, y + at, x + at, scale, shift)
      },
    ]
  }
}
