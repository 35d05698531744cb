import Networks
import Tensors
import TestSupport
import Testing

/// Random networks: two buffers in one place, or a gradient that is read too late, would show here.
struct RandomModelTests {
  private static let all = Set(Fusion.allCases)

  private func bits(
    _ model: Model,
    _ fusions: Set<Fusion>,
    lanes: Int,
    _ grouping: BatchNormGrouping,
    threads: Int
  ) throws -> StepBits {
    let rig = NetworkRig(
      model,
      randomParameters(model, seed: 4),
      lanes: lanes,
      fullBatch: 11,
      mode: .training(grouping),
      threads: threads,
      options: NetworkOptions(convolutions: .winograd, fusions: fusions)
    )
    let (images, labels) = randomBatch(model, samples: 11, seed: 5)
    try rig.run(images: images, labels: labels)
    return StepBits(rig)
  }

  @Test(arguments: 1...60)
  func fusionsDoNotChangeABit(seed: Int) throws {
    let model = RandomModel.make(UInt64(seed), nodes: 8 + seed % 20)
    let lanes = 1 + seed % 3
    let groupings: [BatchNormGrouping] = [.lanes(lanes), .lanes(1), .parts(2)]
    let grouping = groupings[seed % 4 % 3]
    let plain = try bits(model, [], lanes: lanes, grouping, threads: 1)
    for fusions in [Self.all] + FusionTests.choices {
      let found = try bits(model, fusions, lanes: lanes, grouping, threads: 1 + seed % 2)
      #expect(found.difference(from: plain) == nil, "\(fusions.map(\.rawValue).sorted())")
    }
  }

  @Test(arguments: 1...40)
  func allFusedAgreesWithTheReference(seed: Int) throws {
    let model = RandomModel.make(UInt64(seed), nodes: 8 + seed % 20)
    let comparison = try Comparison(
      model,
      samples: 5,
      lanes: 2,
      grouping: .lanes(2),
      // A bias that the next BatchNorm takes away again has a gradient of nothing but rounding.
      floor: 1e-2,
      options: NetworkOptions(convolutions: .winograd)
    )
    #expect(comparison.forwardError < 1e-4)
    #expect(comparison.worstGradient.error < 1e-3, "\(comparison.worstGradient.name)")
  }
}
