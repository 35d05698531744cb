import Networks
import Tensors
import TestSupport
import Testing

/// Sizes of the Shake-Shake networks, counted from Gastaldi's code.
struct ShakeShakeNetTests {
  private let image = ImageShape(height: 32, width: 32, channels: 3)

  private func model(_ width: Int, classes: Int = 10) throws -> Model {
    try ModelCatalog.model("shake26-2x\(width)d", input: image, classes: classes)
  }

  @Test(arguments: [
    (32, 100, 2_934_772), (64, 100, 11_677_108), (96, 100, 26_227_572),
    (32, 1000, 3_050_872), (64, 1000, 11_908_408), (96, 1000, 26_574_072),
  ])
  func parameters(width: Int, classes: Int, expected: Int) throws {
    let model = try model(width, classes: classes)
    #expect(model.layout.parameterCount == expected)
    #expect(model.name == "shake26-2x\(width)d" && model.classes == classes)
  }

  @Test(arguments: [(32, 2_914_224, 7_648), (64, 11_636_144, 15_264), (96, 26_166_192, 22_880)])
  func convolutionsAndNorms(width: Int, convolutions: Int, norms: Int) throws {
    let body = try model(width).layout.entries.filter { !$0.name.hasPrefix("fc.") }
    func count(_ roles: ParameterRole...) -> Int {
      body.filter { roles.contains($0.role) }.reduce(0) { $0 + $1.range.count }
    }
    #expect(count(.weight) == convolutions)
    #expect(count(.gain, .shift) == norms)
  }

  /// Wherever the channels change there is a projection, in the first stage without a stride.
  @Test func shapesAndShortcuts() throws {
    let model = try model(64)
    for (name, shape) in [
      ("bn1", (32, 32, 16)), ("layer1.0.shortcut.subsample2", (32, 32, 16)),
      ("layer1.0.shortcut.conv2", (32, 32, 32)), ("layer1.3.shake", (32, 32, 64)),
      ("layer2.0.shortcut.subsample1", (16, 16, 64)), ("layer2.0.shortcut.bn", (16, 16, 128)),
      ("layer3.3.shake", (8, 8, 256)), ("avgpool", (1, 1, 256)),
    ] {
      let node = try #require(model.nodes.first { $0.name == name }, "\(name)")
      #expect(node.shape == ImageShape(height: shape.0, width: shape.1, channels: shape.2))
    }
    let names = model.nodes.map(\.name)
    #expect(names.filter { $0.hasSuffix("shortcut.bn") }.count == 3)
    #expect(!names.contains("layer1.0.shortcut.subsample1"))
  }

  /// The stem has no ReLU, so the first block's own is the first; identities read x before it.
  @Test func identitiesReadTheRawValue() throws {
    let model = try model(64)
    func index(_ name: String) -> Int? { model.nodes.firstIndex { $0.name == name } }
    func inputs(_ name: String) throws -> [Int] { model.nodes[try #require(index(name))].inputs }
    #expect(try inputs("layer1.0.relu") == [try #require(index("bn1"))])
    #expect(try inputs("layer1.1.shake")[0] == index("layer1.0.shake"))
    #expect(try inputs("layer2.0.shortcut.subsample1") == [try #require(index("layer2.0.relu"))])
  }
}
