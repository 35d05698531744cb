import Networks
import Tensors
import TestSupport
import Testing

/// The reference network's gradients against central differences, all in Float64.
///
/// The largest error found is 5e-8 of the sum of the terms' magnitudes.
struct ReferenceGradientTests {
  /// The loss at a point moved by `step` along a direction of parameters and images.
  private struct Line {
    var network: ReferenceNetwork
    let images: [Double]
    let labels: [Int]
    let parameterDirection: [String: [Double]]
    let imageDirection: [Double]

    func loss(_ step: Double) -> Double {
      var moved = network
      for (name, direction) in parameterDirection {
        moved.parameters[name] = zip(network.parameters[name] ?? [], direction).map {
          $0 + step * $1
        }
      }
      let images = zip(images, imageDirection).map { $0 + step * $1 }
      return moved.run(images: images, labels: labels).losses.reduce(0, +)
    }

    /// |numeric − analytic| in units of the sum of magnitudes of the analytic derivative's terms.
    func error(_ result: ReferenceNetwork.Result) -> Double {
      var terms = zip(result.imageGradient, imageDirection).map { $0 * $1 }
      for (name, direction) in parameterDirection {
        terms += zip(result.gradients[name] ?? [], direction).map { $0 * $1 }
      }
      let step = 1e-5
      let numeric = (loss(step) - loss(-step)) / (2 * step)
      let scale = terms.reduce(0) { $0 + abs($1) }
      return abs(numeric - terms.reduce(0, +)) / max(scale, 1e-3)
    }
  }

  private func worstError(
    _ model: Model,
    samples: Int,
    groups: [[Int]],
    smoothing: Double,
    directions: Int = 3
  ) -> Double {
    let network = ReferenceNetwork(
      model,
      randomParameters(model, seed: 1),
      groups: groups,
      smoothing: smoothing
    )
    let batch = randomBatch(model, samples: samples, seed: 2)
    let images = batch.images.map(Double.init)
    let result = network.run(images: images, labels: batch.labels)
    let zeroParameters = result.gradients.mapValues { $0.map { _ in 0.0 } }
    let zeroImages = images.map { _ in 0.0 }
    func error(_ parameters: [String: [Double]], _ imageDirection: [Double]) -> Double {
      Line(
        network: network,
        images: images,
        labels: batch.labels,
        parameterDirection: parameters,
        imageDirection: imageDirection
      ).error(result)
    }
    var worst = 0.0
    for direction in 0..<directions {
      var draws = RandomDraws(seed: 3, purpose: .shuffle, step: direction)
      func random(_ x: [Double]) -> [Double] { x.map { _ in draws.normalPair().0 } }
      let names = zeroParameters.keys.sorted()
      let parameters = Dictionary(
        uniqueKeysWithValues: names.map { ($0, random(zeroParameters[$0] ?? [])) }
      )
      worst = max(worst, error(parameters, random(zeroImages)))
    }
    // One coordinate at a time where there are few.
    let count = zeroParameters.values.reduce(images.count) { $0 + $1.count }
    guard count <= 250 else { return worst }
    for (name, zeros) in zeroParameters {
      for i in zeros.indices {
        var direction = zeros
        direction[i] = 1
        worst = max(worst, error([name: direction], zeroImages))
      }
    }
    for i in images.indices {
      var direction = zeroImages
      direction[i] = 1
      worst = max(worst, error([:], direction))
    }
    return worst
  }

  @Test(arguments: LayerCase.differentiable, [1, 3])
  func layersAgreeWithDifferences(layer: LayerCase, samples: Int) {
    for shared in [false, true] {
      let error = worstError(
        layer.model(shared: shared),
        samples: samples,
        groups: [Array(0..<samples)],
        smoothing: shared ? 0.1 : 0
      )
      #expect(error < 1e-6)
    }
  }

  /// Groups of different sizes, out of order, and of a single value, whose gradient vanishes.
  @Test(arguments: [
    [[0, 1, 2, 3]], [[0, 3], [1, 2]], [[0], [1, 2, 3]], [[0], [1], [2], [3]],
  ])
  func batchNormAgreesWithDifferences(groups: [[Int]]) {
    for sizes in [(3, 2, 2), (1, 1, 3)] {
      let model = LayerCase(sizes, BatchNorm()).model(shared: true)
      #expect(worstError(model, samples: 4, groups: groups, smoothing: 0) < 1e-6)
    }
  }

  @Test func groupsFollowLanesAndParts() {
    #expect(referenceGroups(batch: 7, lanes: 4, .lanes(4)) == [[0, 1, 2, 3, 4, 5, 6]])
    #expect(referenceGroups(batch: 7, lanes: 4, .lanes(2)) == [[0, 1, 2, 3], [4, 5, 6]])
    #expect(referenceGroups(batch: 7, lanes: 4, .parts(1)) == [[0, 1], [2, 3], [4, 5], [6]])
    #expect(
      referenceGroups(batch: 7, lanes: 2, .parts(3)) == [[0, 1], [2], [3], [4], [5], [6]]
    )
    #expect(referenceGroups(batch: 2, lanes: 4, .lanes(2)) == [[0, 1]])
  }
}
