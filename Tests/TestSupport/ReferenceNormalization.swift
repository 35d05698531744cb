import Networks
import Tensors

/// BatchNorm as in Ioffe and Szegedy 2015, over stated groups of samples.
struct ReferenceNormalization {
  let epsilon: Double
  let gain: [Double]
  let bias: [Double]

  /// Mean and biased variance of each channel over all pixels of some samples.
  static func moments(_ x: ReferenceTensor, _ samples: [Int]) -> (
    mean: [Double], variance: [Double]
  ) {
    let values = Double(samples.count * x.shape.pixels)
    var mean = Array(repeating: 0.0, count: x.shape.channels)
    var variance = mean
    x.forEachPixel { n, y, column in
      guard samples.contains(n) else { return }
      for c in mean.indices { mean[c] += x[n, y, column, c] / values }
    }
    x.forEachPixel { n, y, column in
      guard samples.contains(n) else { return }
      for c in mean.indices {
        let d = x[n, y, column, c] - mean[c]
        variance[c] += d * d / values
      }
    }
    return (mean, variance)
  }

  func forward(
    _ x: ReferenceTensor,
    _ samples: [Int],
    mean: [Double],
    variance: [Double],
    into y: inout ReferenceTensor
  ) {
    x.forEachPixel { n, row, column in
      guard samples.contains(n) else { return }
      for c in gain.indices {
        let normal = (x[n, row, column, c] - mean[c]) / (variance[c] + epsilon).squareRoot()
        y[n, row, column, c] = gain[c] * normal + bias[c]
      }
    }
  }

  /// The paper's five formulas, for the samples of one group.
  func backward(
    _ x: ReferenceTensor,
    _ samples: [Int],
    dy: ReferenceTensor,
    dx: inout ReferenceTensor,
    dGain: inout [Double],
    dBias: inout [Double]
  ) {
    let m = Double(samples.count * x.shape.pixels)
    let (mean, variance) = Self.moments(x, samples)
    for c in gain.indices {
      let deviation = (variance[c] + epsilon).squareRoot()
      var (dVariance, dMean, centred) = (0.0, 0.0, 0.0)
      x.forEachPixel { n, row, column in
        guard samples.contains(n) else { return }
        let (d, g) = (x[n, row, column, c] - mean[c], dy[n, row, column, c])
        dVariance -= g * gain[c] * d / (2 * deviation * deviation * deviation)
        dMean -= g * gain[c] / deviation
        centred += d
        dGain[c] += g * d / deviation
        dBias[c] += g
      }
      dMean -= dVariance * 2 * centred / m
      x.forEachPixel { n, row, column in
        guard samples.contains(n) else { return }
        let d = x[n, row, column, c] - mean[c]
        dx[n, row, column, c] +=
          dy[n, row, column, c] * gain[c] / deviation + dVariance * 2 * d / m + dMean / m
      }
    }
  }
}

/// The groups of samples that BatchNorm's statistics are taken over, as lists.
///
/// Lane l of L holds b/L samples and one more where l < b mod L; a group is whole lanes, or an
/// equal part of one lane cut the same way.
public func referenceGroups(batch: Int, lanes: Int, _ grouping: BatchNormGrouping) -> [[Int]] {
  func cut(_ samples: [Int], _ count: Int) -> [[Int]] {
    var rest = samples[...]
    return (0..<count).map { i in
      let size = samples.count / count + (i < samples.count % count ? 1 : 0)
      defer { rest = rest.dropFirst(size) }
      return Array(rest.prefix(size))
    }
  }
  let byLane = cut(Array(0..<batch), lanes)
  let groups: [[Int]] =
    switch grouping {
    case .parts(let parts): byLane.flatMap { cut($0, parts) }
    case .lanes(let size):
      stride(from: 0, to: lanes, by: size).map { Array(byLane[$0..<$0 + size].joined()) }
    }
  return groups.filter { !$0.isEmpty }
}
