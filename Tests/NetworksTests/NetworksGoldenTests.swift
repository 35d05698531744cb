import Networks
import Tensors
import TestSupport
import Testing

/// Narrow networks of every family against PyTorch in Float64: logits, loss, gradients, running
/// statistics.
struct NetworksGoldenTests {
  private struct Golden: Decodable {
    let width: Int
    let blocks: Int
    let classes: Int
    let bnEps: Double
    let bnMomentum: Double
    let images: GoldenTensor
    let labels: [Int]
    let parameters: [String: GoldenTensor]
    let logits: GoldenTensor
    let loss: Double
    let gradients: [String: GoldenTensor]
    let running: [String: GoldenTensor]
  }

  private struct File: Decodable {
    let shake: Golden
    let keras: Golden
    let kerasV1: Golden
    let kerasV1Odd: Golden
    let resnet18: Golden
  }

  enum Family: CaseIterable { case shake, keras, kerasV1, kerasV1Odd, resnet18 }

  private func read(_ family: Family) throws -> (golden: Golden, model: Model) {
    let file: File = try readGolden("networks.json")
    let g =
      switch family {
      case .shake: file.shake
      case .keras: file.keras
      case .kerasV1: file.kerasV1
      case .kerasV1Odd: file.kerasV1Odd
      case .resnet18: file.resnet18
      }
    let sizes = g.images.shape
    let image = ImageShape(height: sizes[1], width: sizes[2], channels: sizes[3])
    let model =
      switch family {
      case .shake:
        shakeShakeNet(
          blocks: g.blocks,
          width: g.width,
          mode: ShakeMode(.even, .even, .image),
          input: image,
          classes: g.classes
        )
      case .keras:
        kerasResNetV2(units: g.blocks, width: g.width, input: image, classes: g.classes)
      case .kerasV1, .kerasV1Odd:
        kerasResNetV1(blocks: g.blocks, width: g.width, input: image, classes: g.classes)
      case .resnet18: cifarResNet18(width: g.width, input: image, classes: g.classes)
      }
    return (g, model)
  }

  /// In any number of lanes: the statistics are those of the whole batch.
  @Test(
    arguments: Family.allCases.flatMap { family in [1, 2, 3].map { (family, $0) } },
    [ConvolutionChoice.direct, .winograd]
  )
  func trainingAgrees(network: (family: Family, lanes: Int), convolutions: ConvolutionChoice) throws
  {
    let (family, lanes) = network
    // Found, over OpenBLAS's kernels: 2.5e-5 directly, 4.4e-5 by Winograd; of statistics 5e-6 and
    // 9e-6, of the loss 2e-6.
    let bound = convolutions == .direct ? 4e-5 : 8e-5
    let (golden, model) = try read(family)
    let parameters = FloatBuffer(count: model.layout.count)
    golden.parameters.install(model.layout, into: parameters)
    let rig = NetworkRig(
      model,
      parameters,
      lanes: lanes,
      fullBatch: 3,
      mode: .training(.lanes(lanes)),
      options: NetworkOptions(convolutions: convolutions)
    )
    try rig.run(images: golden.images.floats, labels: golden.labels)
    #expect(relativeError(rig.logits, golden.logits.values) < bound / 5)
    #expect(abs(rig.totals[0] / 3 - golden.loss) < 3e-6 * golden.loss)
    let largest = 3 * golden.gradients.values.flatMap(\.values).reduce(0) { max($0, abs($1)) }
    for (name, gradient) in golden.gradients {
      let storage = try #require(model.layout[name]).storage
      let sum = gradient.inMemoryOrder(storage).map { 3 * $0 }
      // A bias that a BatchNorm takes away again has a gradient of nothing but rounding.
      let isZero = sum.allSatisfy { $0 == 0 }
      let floor = largest * (isZero ? 0.1 : 1e-3)
      #expect(relativeError(rig.gradient(name), sum, floor: floor) < bound, "\(name)")
    }
    rig.updateStatistics(samples: 3)
    for (name, values) in golden.running {
      #expect(relativeError(rig.values(name), values.values) < bound / 6, "\(name)")
    }
  }

  /// The same tensors by the same names, and the same normalisation.
  @Test(arguments: Family.allCases)
  func theModelIsTheGoldens(family: Family) throws {
    let (golden, model) = try read(family)
    let trained = model.layout.entries.filter { $0.role != .statistic }
    let names = Set(trained.map(\.name))
    #expect(names == Set(golden.parameters.keys) && names == Set(golden.gradients.keys))
    let moving = model.layout.entries.filter { $0.role == .statistic }.map(\.name)
    #expect(Set(moving) == Set(golden.running.keys))
    for entry in trained {
      #expect(golden.parameters[entry.name]?.values.count == entry.range.count, "\(entry.name)")
    }
    #expect(model.batchNorm == BatchNorm(epsilon: golden.bnEps, momentum: golden.bnMomentum))
  }
}
