import Kernels
import Networks
import Tensors
import TestSupport
import Testing

/// Every network takes images of every usual size.
struct ModelSizesTests {
  /// Built and planned for training and evaluation; another number of classes changes the last
  /// layer alone.
  @Test(arguments: ModelCatalog.names, [28, 32, 64, 128])
  func isPlanned(name: String, side: Int) throws {
    let batch = BatchLayout(lanes: 8, held: 0..<8, fullBatch: 128)
    for channels in [1, 3] {
      let image = ImageShape(height: side, width: side, channels: channels)
      var perClass: Set<Int> = []
      for classes in [2, 10, 100, 1000] {
        let model = try ModelCatalog.model(name, input: image, classes: classes)
        #expect(model.name == name && model.input == image && model.classes == classes)
        perClass.insert(try lastLayer(model) / classes)
        for mode in [NetworkMode.training(.lanes(8)), .inference] {
          let sizes = Network.sizes(model, batch: batch, mode: mode, threads: 2)
          #expect(sizes.arena >= 128 * image.count && sizes.scratchBytes > 0)
        }
        let body = model.layout.parameterCount - (try lastLayer(model))
        let other = try ModelCatalog.model(name, input: image, classes: 5)
        #expect(body == other.layout.parameterCount - (try lastLayer(other)))
      }
      #expect(perClass.count == 1)
    }
  }

  /// The parameters of the layer that gives the logits.
  private func lastLayer(_ model: Model) throws -> Int {
    let last = try #require(model.nodes.last)
    return model.parameters(last).reduce(0) { sum, spec in
      sum + (model.layout["\(last.name).\(spec.suffix)"]?.range.count ?? 0)
    }
  }

  /// A step by Winograd and the plain one agree; every weight has a gradient.
  @Test(
    arguments: ["smallcnn", "resnet20", "resnet20v1", "resnet20v2", "shake26-2x16d"],
    [(28, 1), (64, 3)]
  )
  func takesAStep(name: String, image: (side: Int, channels: Int)) throws {
    let model = try ModelCatalog.model(
      name,
      input: ImageShape(height: image.side, width: image.side, channels: image.channels),
      classes: 10
    )
    let (images, labels) = randomBatch(model, samples: 3, seed: 8)
    let rigs = try [ConvolutionChoice.direct, .winograd].map { choice in
      let rig = NetworkRig(
        model,
        randomParameters(model, seed: 9),
        lanes: 2,
        fullBatch: 3,
        mode: .training(.lanes(2)),
        options: NetworkOptions(convolutions: choice)
      )
      try rig.run(images: images, labels: labels)
      return rig
    }
    #expect(relativeError(rigs[1].logits, rigs[0].logits.map(Double.init)) < 1e-4)
    var (difference, norm) = (0.0, 0.0)
    for entry in model.layout.entries where entry.role == .weight {
      let (plain, fast) = (rigs[0].gradient(entry.name), rigs[1].gradient(entry.name))
      #expect(plain.contains { $0 != 0 } && plain.allSatisfy(\.isFinite), "\(entry.name)")
      for (a, b) in zip(plain, fast) {
        difference += Double(a - b) * Double(a - b)
        norm += Double(a) * Double(a)
      }
    }
    // Some values near a kink fall on its other side.
    #expect((difference / norm).squareRoot() < 0.05)
  }
}
