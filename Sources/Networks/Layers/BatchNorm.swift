import Kernels
import Tensors

/// Batch normalisation (Ioffe & Szegedy 2015) by channel: y = γ·(x − μ)/√(σ² + ε) + β, perhaps with
/// a rectifier behind it.
///
/// Training uses the biased statistics of a group of samples (`BatchNormGrouping`), which may lie
/// on several ranks; evaluation the running ones, which move by `momentum` and take the unbiased
/// variance. First values: γ 1, β 0, running mean 0, running variance 1.
package struct BatchNorm: Operation, Hashable {
  /// ε under the root.
  package let epsilon: Double
  /// How far the running statistics move in a step.
  package let momentum: Double
  /// Whether the result is max(y, 0).
  package let isRectified: Bool

  /// A normalisation with these constants.
  package init(epsilon: Double = 1e-5, momentum: Double = 0.1, isRectified: Bool = false) {
    (self.epsilon, self.momentum, self.isRectified) = (epsilon, momentum, isRectified)
  }

  package var kind: String { "batchnorm" }
  package var viewKind: ChannelView.Kind? { isRectified ? .normalizedAndRectified : .normalized }
  package var takesGradientFactors: Bool { true }
  package var overwritesGradient: Bool { true }
  package func shape(_ inputs: [ImageShape]) -> ImageShape { inputs[0] }
  package var backwardReads: (inputs: Bool, output: Bool) { (true, false) }

  package func parameters(_ inputs: [ImageShape]) -> [ParameterSpec] {
    let n = inputs[0].channels
    func vector(_ suffix: String, _ role: ParameterRole, _ value: Float) -> ParameterSpec {
      ParameterSpec(suffix: suffix, role: role, storage: .vector(n), initial: .constant(value))
    }
    return [
      vector("weight", .gain, 1), vector("bias", .shift, 0),
      vector("running_mean", .statistic, 0), vector("running_var", .statistic, 1),
    ]
  }

  package func scratch(_ inputs: [ImageShape], _ batch: BatchLayout, _ mode: NetworkMode) -> Scratch
  {
    let channels = inputs[0].channels
    guard case .training(let grouping) = mode else { return Scratch(floats: 2 * channels) }
    let cells = batch.laneCapacity * grouping.cellsPerLane
    return Scratch(
      slot: 2 * channels,
      floats: 6 * channels * cells,
      doubles: 2 * channels * batch.capacity + (1 + 4 * channels) * cells + channels * cells,
      record: 2 * channels
    )
  }

  package func forward(_ site: Site) -> [Stage] {
    guard case .training(let grouping) = site.mode else { return inference(site) }
    let cells = cells(site, grouping)
    let statistics = [
      cells.imageMoments(), cells.mergeMoments(), cells.exchangeMoments(), cells.coefficients(),
    ]
    return site.isView ? statistics : statistics + [normalize(site)]
  }

  package func backward(_ site: Site) -> [Stage] {
    guard case .training(let grouping) = site.mode else { return [] }
    let cells = cells(site, grouping)
    var stages = [
      cells.imageGradientSums(), cells.mergeGradientSums(),
      LaneGradient.stage(site, parameter: 0, offset: 0, .lane),
      LaneGradient.stage(site, parameter: 1, offset: site.output.channels, .lane),
      cells.exchangeSums(),
    ]
    if let dx = site.dx[0] { stages += [cells.backwardCoefficients(), cells.backwardData(dx)] }
    return stages
  }

  private func cells(_ site: Site, _ grouping: BatchNormGrouping) -> BatchNormCells {
    BatchNormCells(site, grouping, epsilon: epsilon, isRectified: isRectified)
  }

  package func view(_ site: Site) -> InputView {
    let (base, floats, channels) = (site.x[0].base, site.own.floats, site.output.channels)
    let kind: ChannelView.Kind = isRectified ? .normalizedAndRectified : .normalized
    guard case .training(let grouping) = site.mode else {
      return InputView(
        base,
        kind,
        scale: floats,
        shift: floats + channels,
        channels: channels,
        cells: .one
      )
    }
    let cells = cells(site, grouping)
    return InputView(
      base,
      kind,
      scale: cells.scale,
      shift: cells.shift,
      channels: channels,
      cells: .grouped(grouping, site.batch)
    )
  }

  /// Writes what the view shows.
  private func normalize(_ site: Site) -> Stage {
    let (shape, x, y, kernels) = (site.output, site.x[0].base, site.y, site.kernels)
    let view = view(site)
    return .images("batchnorm.normalize") { sample, _ in
      let at = sample * shape.count
      kernels.applyView(shape.pixels, shape.channels, y + at, x + at, view.of(sample))
    }
  }

  private func inference(_ site: Site) -> [Stage] {
    let (channels, parameters, epsilon) = (site.output.channels, site.parameters, epsilon)
    let (scale, shift) = (site.own.floats, site.own.floats + channels)
    let coefficients = Stage.items("batchnorm.coefficients", turn: .early, { 1 }) { _, _ in
      for c in 0..<channels {
        let k = Double(parameters[0][c]) / (Double(parameters[3][c]) + epsilon).squareRoot()
        scale[c] = Float(k)
        shift[c] = Float(Double(parameters[1][c]) - Double(parameters[2][c]) * k)
      }
    }
    return site.isView ? [coefficients] : [coefficients, normalize(site)]
  }
}
