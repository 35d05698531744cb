import Networks
import Tensors
import TestSupport
import Testing

/// Sizes and first values of Keras' ResNets, versions 1 and 2.
struct KerasResNetTests {
  private let image = ImageShape(height: 32, width: 32, channels: 3)

  private func model(_ depth: Int) throws -> Model {
    try ModelCatalog.model("resnet\(depth)v2", input: image, classes: 10)
  }

  /// Projections without normalisation where the width changes, biases everywhere, Keras'
  /// constants.
  @Test func version1() throws {
    let model = try ModelCatalog.model("resnet20v1", input: image, classes: 10)
    #expect(model.batchNorm == BatchNorm(epsilon: 1e-3, momentum: 0.01))
    let convolutions = model.nodes.compactMap { $0.operation as? Convolution }
    #expect(convolutions.count == 21 && convolutions.allSatisfy { $0.bias && $0.padding == .same })
    #expect(convolutions.allSatisfy { $0.weights == .kerasHeNormal })
    let shortcuts = model.nodes.filter { $0.name.hasSuffix("shortcut") }
    #expect(shortcuts.map(\.name) == ["layer2.0.shortcut", "layer3.0.shortcut"])
    #expect(shortcuts.map(\.shape.height) == [16, 8])
    #expect(shortcuts.map(\.shape.channels) == [32, 64])
    let readers = model.nodes.filter { node in
      node.inputs.contains { model.nodes[$0].name == "layer2.0.shortcut" }
    }
    #expect(readers.map(\.name) == ["layer2.0.add"])
  }

  /// Keras tells 1,673,738 parameters, 10,400 of them not trained.
  @Test func resnet56v2() throws {
    let model = try model(56)
    let moving = model.layout.entries.filter { $0.role == .statistic }
    #expect(moving.reduce(0) { $0 + $1.range.count } == 10_400)
    #expect(model.nodes.filter { $0.operation is Convolution }.count == 58)
    #expect(model.nodes.filter { $0.name.hasSuffix("shortcut") }.count == 3)
    #expect(model.batchNorm == BatchNorm(epsilon: 1e-3, momentum: 0.01))
  }

  /// Three convolutions are shortcuts.
  @Test(arguments: [20, 29, 110])
  func depthsCountTheLayers(depth: Int) throws {
    let model = try model(depth)
    let weighted = model.nodes.filter { $0.operation is Convolution || $0.operation is Dense }
    #expect(weighted.count == depth + 3)
    #expect(model.name == "resnet\(depth)v2")
  }

  @Test func shapesThroughTheStages() throws {
    let model = try model(29)
    for (name, shape) in [
      ("relu1", (32, 32, 16)), ("layer1.0.conv1", (32, 32, 16)), ("layer1.0.add", (32, 32, 64)),
      ("layer2.0.conv1", (16, 16, 64)), ("layer2.0.shortcut", (16, 16, 128)),
      ("layer3.0.conv2", (8, 8, 128)), ("layer3.2.add", (8, 8, 256)), ("avgpool", (1, 1, 256)),
    ] {
      let node = try #require(model.nodes.first { $0.name == name }, "\(name)")
      #expect(node.shape == ImageShape(height: shape.0, width: shape.1, channels: shape.2))
    }
    #expect(!model.nodes.contains { $0.name == "layer1.0.bn1" })
  }

  /// Normal numbers cut at two deviations, √(2 / fan-in) being left after the cut.
  @Test(arguments: [
    ("layer3.0.conv2.weight", 9 * 128), ("layer3.0.conv3.weight", 128), ("fc.weight", 256),
  ])
  func weightsAreHeNormal(name: String, fanIn: Int) throws {
    let model = try model(20)
    let buffer = FloatBuffer(count: model.layout.count)
    model.initialize(buffer, seed: 2)
    let weights = try #require(model.layout[name]).range.map { Double(buffer.base[$0]) }
    let n = Double(weights.count)
    let deviation = (2 / Double(fanIn)).squareRoot()
    let bound = 2 * deviation / 0.87962566103423978
    let extremes = (least: weights.min() ?? 0, most: weights.max() ?? 0)
    #expect(extremes.most <= bound * 1.0000001 && extremes.most > 0.98 * bound)
    #expect(extremes.least >= -bound * 1.0000001 && extremes.least < -0.98 * bound)
    let mean = weights.reduce(0, +) / n
    let variance = weights.reduce(0) { $0 + $1 * $1 } / n
    #expect(abs(mean) < 5 * deviation / n.squareRoot())
    // The squares of such numbers have variance 1.37 in units of their mean's square; a normal's 2.
    #expect(abs(variance / (deviation * deviation) - 1) < 5 * (1.37 / n).squareRoot())
  }
}
