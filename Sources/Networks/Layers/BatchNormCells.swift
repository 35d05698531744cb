import Kernels
import Tensors

/// The stages of BatchNorm in training, over cells.
///
/// A cell is what one lane has of one group: the whole lane where groups are lanes, a part of it
/// where a lane holds several groups. Statistics are taken by image, merged inside a cell in sample
/// order, then over the lanes of a group in the canonical tree, in Float64.
struct BatchNormCells {
  private let site: Site
  private let batch: BatchLayout
  private let grouping: BatchNormGrouping
  private let epsilon: Double
  private let isRectified: Bool
  private let channels: Int
  private let pixels: Int
  private let cells: Int
  /// By image: mean and M2, in backward Σ dy and Σ dy·(x − μ).
  private let byImage: UnsafeMutablePointer<Double>
  /// By cell: (n, mean…, M2…) of its group after forward.
  private let moments: UnsafeMutablePointer<Double>
  /// By cell: the two sums of its group after backward.
  private let sums: UnsafeMutablePointer<Double>
  /// By cell: 1 / √(σ² + ε).
  private let inverse: UnsafeMutablePointer<Double>
  /// By cell: μ, then scale and shift of forward, then a, b and d of backward.
  private let floats: UnsafeMutablePointer<Float>

  init(_ site: Site, _ grouping: BatchNormGrouping, epsilon: Double, isRectified: Bool) {
    self.site = site
    self.grouping = grouping
    batch = site.batch
    (self.epsilon, self.isRectified) = (epsilon, isRectified)
    channels = site.output.channels
    pixels = site.output.pixels
    cells = batch.laneCapacity * grouping.cellsPerLane
    byImage = site.own.doubles
    moments = byImage + 2 * channels * batch.capacity
    sums = moments + (1 + 2 * channels) * cells
    inverse = sums + 2 * channels * cells
    floats = site.own.floats
  }

  /// What forward multiplies by and adds in the first cell; those of the others follow.
  var scale: Floats { float(1, 0) }
  var shift: Floats { float(2, 0) }

  private var momentWidth: Int { 1 + 2 * channels }

  private func float(_ which: Int, _ cell: Int) -> UnsafeMutablePointer<Float> {
    floats + (which * cells + cell) * channels
  }

  /// A loop over the cells of the lanes that have samples.
  private func cellItems(_ kernel: String, _ body: @escaping (_ cell: Int) -> Void) -> Stage {
    let (batch, perLane) = (batch, grouping.cellsPerLane)
    return .items(kernel, { batch.localPresent * perLane }) { cell, _ in body(cell) }
  }

  private func samples(_ cell: Int) -> Range<Int> {
    let (lane, part) = cell.quotientAndRemainder(dividingBy: grouping.cellsPerLane)
    return grouping.samples(batch, lane: lane, part: part)
  }

  /// Totals over the lanes of each group, which is nothing to do where no group has several lanes;
  /// `before` comes before them.
  private func exchange(
    _ kernel: String,
    _ records: UnsafeMutablePointer<Double>,
    width: Int,
    _ merge: RecordMerge,
    before: @escaping () -> Void = {}
  ) -> Stage {
    let group = grouping.lanesPerGroup
    guard group > 1 else { return .exchange(kernel, before) }
    precondition(batch.rounds.count == 1, "groups of \(group) lanes need all lanes at once")
    guard let crossLane = site.crossLane else {
      preconditionFailure("groups of \(group) lanes need sums across lanes")
    }
    return .exchange(kernel) {
      before()
      try crossLane.total(records, width: width, lanesPerGroup: group, merge: merge)
    }
  }

  // MARK: Forward

  func imageMoments() -> Stage {
    let (x, kernels, count) = (site.x[0].base, site.kernels, site.output.count)
    return site.images("batchnorm.moments", .statistics) { sample, _ in
      let mean = byImage + 2 * channels * sample
      kernels.channelMoments(pixels, channels, x + sample * count, mean, mean + channels)
    }
  }

  func mergeMoments() -> Stage {
    cellItems("batchnorm.merge-moments") { cell in
      let record = moments + cell * momentWidth
      record.update(repeating: 0, count: momentWidth)
      for sample in samples(cell) {
        // Chan's formula, the image's n being its pixels.
        let image = byImage + 2 * channels * sample
        let (a, b) = (record[0], Double(pixels))
        let weight = b / (a + b)
        let cross = a * b / (a + b)
        for c in 0..<channels {
          let delta = image[c] - record[1 + c]
          record[1 + c] += delta * weight
          record[1 + channels + c] += image[channels + c] + delta * delta * cross
        }
        record[0] = a + b
      }
    }
  }

  func exchangeMoments() -> Stage {
    exchange("batchnorm.exchange-moments", moments, width: momentWidth, .moments) {
      guard let digests = site.digests, digests.isOn else { return }
      let width = grouping.cellsPerLane * momentWidth
      for lane in 0..<batch.localPresent {
        let number = batch.firstLane + lane
        digests.take(norm: site.number, lane: number, moments + lane * width, count: width)
      }
    }
  }

  /// Scale and shift of each cell, and what this rank's lanes contribute to the running statistics.
  func coefficients() -> Stage {
    let (gain, bias) = (site.parameters[0], site.parameters[1])
    let perLane = grouping.cellsPerLane
    return .items("batchnorm.coefficients", { batch.localPresent }) { lane, _ in
      let record = site.record(lane)
      record.update(repeating: 0, count: 2 * channels)
      for cell in lane * perLane..<(lane + 1) * perLane where !samples(cell).isEmpty {
        let total = moments + cell * momentWidth
        let n = total[0]
        // A group of several lanes contributes once, through its first lane.
        let leads = (batch.round.lanes.lowerBound + lane) % grouping.lanesPerGroup == 0
        let weight = leads ? n / Double(pixels) : 0
        let unbias = n > 1 ? n / (n - 1) : 1
        for c in 0..<channels {
          let (mean, variance) = (total[1 + c], total[1 + channels + c] / n)
          let root = 1 / (variance + epsilon).squareRoot()
          inverse[cell * channels + c] = root
          let scale = Double(gain[c]) * root
          float(0, cell)[c] = Float(mean)
          float(1, cell)[c] = Float(scale)
          float(2, cell)[c] = Float(Double(bias[c]) - mean * scale)
          record[c] += weight * mean
          record[channels + c] += weight * variance * unbias
        }
      }
    }
  }

  // MARK: Backward

  /// The gradient that arrives at a sample.
  private func arriving(_ sample: Int) -> ArrivingGradient {
    let cell = grouping.cell(batch, ofSample: sample)
    let at = sample * site.output.count
    return ArrivingGradient(
      dy: site.dy + at,
      x: site.x[0].base + at,
      factor: site.factor(sample),
      isRectified: isRectified,
      scale: float(1, cell),
      shift: float(2, cell),
      center: float(0, cell)
    )
  }

  func imageGradientSums() -> Stage {
    let kernels = site.kernels
    return site.images("batchnorm.gradient-sums", .gradientSums) { sample, _ in
      let out = byImage + 2 * channels * sample
      kernels.channelGradientSums(pixels, channels, arriving(sample), out, out + channels)
    }
  }

  /// Sums inside each cell; the lane's own share of dγ and dβ goes to its slot.
  func mergeGradientSums() -> Stage {
    let (slots, stride, perLane) = (site.slots, site.slotStride, grouping.cellsPerLane)
    return .items("batchnorm.merge-sums", { batch.localPresent }) { lane, _ in
      let slot = slots + lane * stride
      slot.update(repeating: 0, count: 2 * channels)
      for cell in lane * perLane..<(lane + 1) * perLane {
        let sum = sums + cell * 2 * channels
        sum.update(repeating: 0, count: 2 * channels)
        for sample in samples(cell) {
          let image = byImage + 2 * channels * sample
          for c in 0..<2 * channels { sum[c] += image[c] }
        }
        if samples(cell).isEmpty { continue }
        for c in 0..<channels {
          slot[c] += Float(sum[channels + c] * inverse[cell * channels + c])
          slot[channels + c] += Float(sum[c])
        }
      }
    }
  }

  func exchangeSums() -> Stage {
    exchange("batchnorm.exchange-sums", sums, width: 2 * channels, .sum)
  }

  /// dx = γ/s·(dy − Σdy/n − x̂·Σ(dy·x̂)/n) as a·dy + b·(x − μ) + d.
  func backwardCoefficients() -> Stage {
    let gain = site.parameters[0]
    return cellItems("batchnorm.backward-coefficients") { cell in
      if samples(cell).isEmpty { return }
      let (sum, n) = (sums + cell * 2 * channels, moments[cell * momentWidth])
      for c in 0..<channels {
        let root = inverse[cell * channels + c]
        let scale = Double(gain[c]) * root
        float(3, cell)[c] = Float(scale)
        float(4, cell)[c] = Float(-scale * root * root * sum[channels + c] / n)
        float(5, cell)[c] = Float(-scale * sum[c] / n)
      }
    }
  }

  func backwardData(_ dx: UnsafeMutablePointer<Float>) -> Stage {
    let (kernels, count) = (site.kernels, site.output.count)
    let accumulates = site.accumulates[0]
    return site.images("batchnorm.backward-data") { sample, _ in
      let cell = grouping.cell(batch, ofSample: sample)
      let k = NormalizationCoefficients(a: float(3, cell), b: float(4, cell), d: float(5, cell))
      let (to, g) = (dx + sample * count, arriving(sample))
      kernels.normalizeBackward(pixels, channels, to, g, k, accumulates)
    }
  }
}
