import Networks
import Tensors
import TestSupport
import Testing

/// Names, shapes and first values of ResNet-18 with a stem for small images.
struct ResNet18Tests {
  private let model = cifarResNet18(
    input: ImageShape(height: 32, width: 32, channels: 3),
    classes: 10
  )

  /// torchvision's for a `downsample` of convolution and normalisation, in the first block of every
  /// stage but the first.
  @Test func projectionsHaveTorchvisionsNames() {
    let names = model.layout.entries.map(\.name).filter { $0.contains("downsample") }
    let norm = ["weight", "bias", "running_mean", "running_var"].map { "1.\($0)" }
    let expected = (2...4).flatMap { stage in
      (["0.weight"] + norm).map { "layer\(stage).0.downsample.\($0)" }
    }
    #expect(Set(names) == Set(expected))
    #expect(!model.layout.entries.contains { $0.name.contains("conv") && $0.role == .bias })
  }

  @Test(arguments: [
    ("relu", 32, 64), ("layer1.1.relu2", 32, 64), ("layer2.0.conv1", 16, 128),
    ("layer2.0.downsample.1", 16, 128), ("layer3.1.add", 8, 256), ("layer4.1.relu2", 4, 512),
    ("avgpool", 1, 512),
  ])
  func shapesThroughTheStages(name: String, side: Int, channels: Int) throws {
    let node = try #require(model.nodes.first { $0.name == name })
    #expect(node.shape == ImageShape(height: side, width: side, channels: channels))
  }

  /// Weights and biases of `fc` lie within ±1/√512, as PyTorch's Linear starts.
  @Test func theLastLayerIsTorchs() throws {
    let model = cifarResNet18(
      input: ImageShape(height: 4, width: 4, channels: 3),
      classes: 1000
    )
    let buffer = FloatBuffer(count: model.layout.count)
    model.initialize(buffer, seed: 1)
    let bound = 1 / Double(512).squareRoot()
    for name in ["fc.weight", "fc.bias"] {
      let values = try #require(model.layout[name]).range.map { Double(buffer.base[$0]) }
      #expect(values.allSatisfy { abs($0) <= bound * 1.0000001 })
      #expect((values.max() ?? 0) > 0.98 * bound && (values.min() ?? 0) < -0.98 * bound)
      let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
      #expect(abs(variance / (bound * bound / 3) - 1) < 0.15, "\(name)")
    }
  }
}
