import Networks
import Tensors
import TestSupport
import Testing

struct ModelCatalogTests {
  private func model(_ name: String) throws -> Model {
    try ModelCatalog.model(
      name,
      input: ImageShape(height: 32, width: 32, channels: 3),
      classes: 10
    )
  }

  /// Trained parameters and multiply-adds of an image of CIFAR-10, counted layer by layer over
  /// PyTorch's modules (Tests/pytorch/networks.py).
  ///
  /// Keras tells 273,066 and 857,706 for ResNet20 and 56 v1, 1,663,338 for 56 v2; torchvision's
  /// ResNet-18 has 11,173,962 with this stem.
  static let counts = [
    ("smallcnn", 24_346, 2_802_304),
    ("resnet20", 269_722, 40_551_040), ("resnet32", 464_154, 68_862_592),
    ("resnet44", 658_586, 97_174_144), ("resnet56", 853_018, 125_485_696),
    ("resnet110", 1_727_962, 252_887_680), ("resnet18", 11_173_962, 555_422_720),
    ("resnet20v1", 273_066, 40_813_184), ("resnet32v1", 467_946, 69_124_736),
    ("resnet44v1", 662_826, 97_436_288), ("resnet56v1", 857_706, 125_747_840),
    ("resnet110v1", 1_734_666, 253_149_824), ("resnet20v2", 570_602, 66_243_072),
    ("resnet29v2", 843_786, 97_962_496), ("resnet56v2", 1_663_338, 193_120_768),
    ("resnet110v2", 3_302_442, 383_437_312), ("shake26-2x16d", 735_514, 109_232_768),
    ("shake26-2x32d", 2_923_162, 426_689_792), ("shake26-2x64d", 11_653_978, 1_685_506_560),
    ("shake26-2x96d", 26_192_922, 3_776_892_672), ("flowers-cnn", 564_426, 11_732_224),
    ("shake26-2x112d", 35_640_442, 5_134_799_232),
  ]

  @Test(arguments: counts)
  func parametersAndMultiplyAdds(name: String, parameters: Int, multiplyAdds: Int) throws {
    let model = try model(name)
    #expect(model.layout.parameterCount == parameters)
    #expect(model.multiplyAdds == multiplyAdds)
    #expect(model.name == name && model.classes == 10)
  }

  /// The counts of the Keras tutorial's network for five classes, by the images' side.
  @Test(arguments: [(32, 563_781), (64, 2_136_645), (96, 4_758_085), (128, 8_428_101)])
  func flowersParametersAndMultiplyAdds(side: Int, parameters: Int) throws {
    let shape = ImageShape(height: side, width: side, channels: 3)
    let model = try ModelCatalog.model("flowers-cnn", input: shape, classes: 5)
    #expect(model.layout.parameterCount == parameters)
    if side == 64 { #expect(model.multiplyAdds == 46_924_416) }
    if side == 128 { #expect(model.multiplyAdds == 187_695_744) }
  }

  /// 28 pixels leave 7 after two pools.
  @Test(arguments: [1, 3])
  func flowersTakesSmallImages(channels: Int) throws {
    let shape = ImageShape(height: 28, width: 28, channels: channels)
    let model = try ModelCatalog.model("flowers-cnn", input: shape, classes: 10)
    let pool = try #require(model.nodes.first { $0.name == "pool2" })
    #expect(pool.shape == ImageShape(height: 7, width: 7, channels: 64))
    let names = model.nodes.dropFirst().map(\.name)
    #expect(
      names == [
        "conv1", "pool1", "relu1", "dropout1", "conv2", "pool2", "relu2", "dropout2", "fc1",
        "relu3", "fc2",
      ]
    )
    let comparison = try Comparison(model, samples: 2, lanes: 2, grouping: .lanes(2))
    #expect(comparison.forwardError < 2e-5)
    #expect(comparison.worstGradient.error < 1e-4, "\(comparison.worstGradient.name)")
  }

  @Test func everyNetworkIsCounted() {
    #expect(Set(ModelCatalog.names) == Set(Self.counts.map(\.0)))
  }

  /// OIHW for convolutions, outputs × inputs for dense layers.
  private func exportedShape(_ storage: ParameterStorage) -> [Int] {
    switch storage {
    case .convolution(let height, let width, let input, let output):
      [output, input, height, width]
    case .dense(let input, let output): [output, input.count]
    case .vector(let count): [count]
    }
  }

  @Test(arguments: [
    ("conv1.weight", [16, 3, 3, 3]), ("bn1.weight", [16]), ("bn1.running_var", [16]),
    ("layer1.0.conv1.weight", [16, 16, 3, 3]), ("layer1.2.bn2.bias", [16]),
    ("layer2.0.conv1.weight", [32, 16, 3, 3]), ("layer2.0.conv2.weight", [32, 32, 3, 3]),
    ("layer2.0.bn1.running_mean", [32]), ("layer3.0.conv1.weight", [64, 32, 3, 3]),
    ("layer3.2.conv2.weight", [64, 64, 3, 3]), ("layer3.2.bn2.weight", [64]),
    ("fc.weight", [10, 64]), ("fc.bias", [10]),
  ])
  func resnet20HasTorchvisionsNames(name: String, shape: [Int]) throws {
    let entry = try #require(try model("resnet20").layout[name])
    #expect(exportedShape(entry.storage) == shape)
  }

  @Test func resnet20HasNoOtherTensors() throws {
    let blocks = ["1", "2", "3"].flatMap { stage in
      (0..<3).map { "layer\(stage).\($0)." }
    }
    let norm = ["weight", "bias", "running_mean", "running_var"]
    let convolutions =
      ["conv1"] + blocks.flatMap { ["\($0)conv1", "\($0)conv2"] }
    let norms = convolutions.map { $0.replacing("conv", with: "bn") }
    let expected =
      convolutions.map { "\($0).weight" } + norms.flatMap { n in norm.map { "\(n).\($0)" } }
      + ["fc.weight", "fc.bias"]
    #expect(Set(try model("resnet20").layout.entries.map(\.name)) == Set(expected))
  }

  /// The first tensors that backward finishes are those of the last layer.
  @Test func theLayoutStartsAtTheEnd() throws {
    let names = try model("resnet20").layout.entries.map(\.name)
    #expect(
      names.prefix(4) == ["fc.weight", "fc.bias", "layer3.2.bn2.weight", "layer3.2.bn2.bias"]
    )
    #expect(names.filter { !$0.contains("running") }.last == "conv1.weight")
  }

  @Test func shapesThroughTheStages() throws {
    let model = try model("resnet56")
    for (name, shape) in [
      ("relu", (32, 32, 16)), ("layer1.8.relu2", (32, 32, 16)), ("layer2.0.shortcut", (16, 16, 32)),
      ("layer2.8.relu2", (16, 16, 32)), ("layer3.8.relu2", (8, 8, 64)), ("avgpool", (1, 1, 64)),
    ] {
      let node = try #require(model.nodes.first { $0.name == name })
      #expect(
        node.shape == ImageShape(height: shape.0, width: shape.1, channels: shape.2)
      )
    }
  }

  @Test func everyNameOfTheCatalogIsAModel() throws {
    for name in ModelCatalog.names {
      let small = try ModelCatalog.model(
        name,
        input: ImageShape(height: 13, width: 9, channels: 1),
        classes: 3
      )
      #expect(small.name == name && small.classes == 3)
    }
  }

  @Test func anUnknownNameIsAnsweredWithTheList() {
    let failure = #expect(throws: Failure.self) { try model("resnet21") }
    #expect(failure?.kind == .usage)
    #expect(failure?.message.contains("resnet21") == true)
    for name in ModelCatalog.names { #expect(failure?.message.contains(name) == true) }
  }
}
