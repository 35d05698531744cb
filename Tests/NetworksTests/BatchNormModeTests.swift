import Networks
import Tensors
import TestSupport
import Testing

/// BatchNorm's groups: whole batch, some lanes, a lane, parts of a lane; full and short batches.
struct BatchNormModeTests {
  private static let groupings: [BatchNormGrouping] = [
    .lanes(6), .lanes(3), .lanes(2), .lanes(1), .parts(1), .parts(2), .parts(3),
  ]

  /// Two normalisations with different pixel counts.
  private func model() -> Model {
    var net = ModelBuilder(input: ImageShape(height: 4, width: 3, channels: 2))
    var x = net.add("conv1", Convolution(outputs: 17, kernel: 3, padding: 1), net.input)
    x = net.add("bn1", BatchNorm(momentum: 0.25), x)
    x = net.add("silu", SiLU(), x)
    x = net.add("conv2", Convolution(outputs: 3, kernel: 3, stride: 2), x)
    x = net.add("bn2", BatchNorm(epsilon: 1e-2), x)
    _ = net.add("fc", Dense(outputs: 4), x)
    return net.model("norms")
  }

  /// 26 samples in six lanes are 5, 5, 4, 4, 4, 4; short ones leave lanes, groups and parts empty.
  @Test(arguments: groupings, [26, 25, 13, 7, 6, 4, 1])
  func everyGroupingAgreesWithTheReference(grouping: BatchNormGrouping, samples: Int) throws {
    let comparison = try Comparison(
      model(),
      samples: samples,
      fullBatch: 26,
      lanes: 6,
      grouping: grouping,
      floor: 3e-2
    )
    #expect(comparison.forwardError < 4e-6)
    #expect(comparison.worstGradient.error < 4e-5, "\(comparison.worstGradient.name)")
  }

  /// Σ s·(mean, var·c/(c − 1)) ÷ b, towards which the running statistics move by the momentum.
  @Test(arguments: groupings, [26, 7, 4, 1])
  func runningStatisticsFollowTheDefinition(grouping: BatchNormGrouping, samples: Int) throws {
    let comparison = try Comparison(
      model(),
      samples: samples,
      fullBatch: 26,
      lanes: 6,
      grouping: grouping
    )
    let rig = comparison.rig
    var expected: [String: [Double]] = [:]
    for (node, momentum) in [("bn1", 0.25), ("bn2", 0.1)] {
      let groups = try #require(comparison.exact.statistics[node])
      func moved(_ suffix: String, _ value: (ReferenceNetwork.Statistics, Int) -> Double) {
        let name = "\(node).\(suffix)"
        expected[name] = rig.values(name).enumerated().map { channel, old in
          let new = groups.reduce(0) { $0 + Double($1.samples) * value($1, channel) }
          return (1 - momentum) * Double(old) + momentum * new / Double(samples)
        }
      }
      moved("running_mean") { $0.mean[$1] }
      moved("running_var") { group, channel in
        let c = Double(group.values)
        return group.variance[channel] * (c > 1 ? c / (c - 1) : 1)
      }
    }
    rig.updateStatistics(samples: samples)
    for (name, exact) in expected {
      #expect(relativeError(rig.values(name), exact) < 1e-6, "\(name)")
    }
  }

  /// A group of one value is normalised to zero: the output is β, and nothing flows back.
  @Test func aGroupOfASingleValueIsItsBias() throws {
    var net = ModelBuilder(input: ImageShape(height: 2, width: 2, channels: 3))
    var x = net.add("conv", Convolution(outputs: 5, kernel: 2), net.input)
    x = net.add("bn", BatchNorm(), x)
    _ = net.add("fc", Dense(outputs: 3), x)
    // Four lanes of two samples of one pixel, cut in two: every sample by itself.
    let comparison = try Comparison(
      net.model("single"),
      samples: 8,
      lanes: 4,
      grouping: .parts(2),
      // dx is a difference of two numbers of size dy/√ε, which is 316·dy.
      floor: 316
    )
    #expect(comparison.exact.statistics["bn"]?.allSatisfy { $0.values == 1 } == true)
    // x·γ/√ε − μ·γ/√ε + β in Float32: a difference of numbers of size 316·x.
    #expect(comparison.forwardError < 1e-4)
    #expect(comparison.worstGradient.error < 1e-6, "\(comparison.worstGradient.name)")
    let bias = comparison.rig.values("bn.bias").map(Double.init)
    let (weight, constant) = (comparison.rig.values("fc.weight"), comparison.rig.values("fc.bias"))
    let logits = (0..<3).map { k in
      bias.indices.reduce(Double(constant[k])) { $0 + bias[$1] * Double(weight[$1 * 3 + k]) }
    }
    #expect(relativeError(comparison.rig.logits.prefix(3), logits) < 1e-4)
    #expect(comparison.rig.totals.allSatisfy { $0.isFinite })
  }

  /// A channel without variance must not divide by zero.
  @Test func aConstantChannelStaysFinite() throws {
    let model = model()
    let parameters = randomParameters(model, seed: 1)
    let rig = NetworkRig(model, parameters, lanes: 2, fullBatch: 6, mode: .training(.lanes(2)))
    let images = Array(repeating: Float(0), count: 6 * model.input.count)
    try rig.run(images: images, labels: [0, 1, 2, 3, 0, 1])
    #expect(rig.logits.allSatisfy { $0.isFinite })
    #expect(rig.gradients[0].elements.allSatisfy { $0.isFinite })
  }
}
