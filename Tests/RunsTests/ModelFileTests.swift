import Checkpoints
import Datasets
import Foundation
import Networks
import Plans
import Runs
import Tensors
import Testing
import TestSupport

/// A model's file gives back what was written and tells nothing of where.
struct ModelFileTests {
  @Test(arguments: ["smallcnn", "resnet20", "flowers-cnn"])
  func everyTensorComesBack(name: String) throws {
    let source = smallSource(train: 10, test: 10, side: 16)
    let model = try ModelCatalog.model(name, input: source.train.shape, classes: 5)
    let parameters = values(model)
    let folder = try TemporaryFolder()
    let path = folder.path(of: "model.safetensors")
    try ModelFile.write(model, parameters, source: source, steps: 17, to: path)
    let contents = try ModelFile.read(path)
    #expect(contents.model.name == name && contents.model.input == source.train.shape)
    #expect(contents.metadata.classes == source.train.classes)
    #expect(contents.metadata.normalization == source.normalization)
    #expect(contents.metadata.shape == source.train.shape)
    #expect(contents.metadata.numericsVersion == numericsVersion)
    // It has biases instead.
    #expect((contents.metadata.batchNorm == nil) == (name == "flowers-cnn"))
    let isEqual = bits(contents.parameters) == bits(parameters)
    #expect(isEqual)
  }

  @Test func theMetadataSayWhatIsNeededAndNothingElse() throws {
    let source = smallSource(train: 10, test: 10)
    let model = try smallCNN(source)
    let folder = try TemporaryFolder()
    let path = folder.path(of: "model.safetensors")
    try ModelFile.write(model, values(model), source: source, steps: 17, to: path)
    let file = try Safetensors(contentsOf: path)
    let expected = [
      "model": "smallcnn", "classes": #"["0","1","2","3","4"]"#, "shape": "[8,8,3]",
      "mean": "[128,120,131]", "std": "[48,50,47]", "bn_eps": "1e-05", "bn_momentum": "0.1",
      "numerics_version": "\(numericsVersion)",
    ]
    #expect(file.metadata == expected)
    // PyTorch's count of batches stands beside every running variance.
    let counts = file.tensors.filter { $0.key.hasSuffix("num_batches_tracked") }
    #expect(counts.count == 3)
    #expect(counts.values.allSatisfy { $0 == .init(shape: [], values: .integer([17])) })
    #expect(file.tensors.count == model.layout.entries.count + 3)
    #expect(file.tensors["conv2.weight"]?.shape == [32, 16, 3, 3])
    #expect(file.tensors["fc.weight"]?.shape == [5, 64])
  }

  @Test func equalModelsGiveEqualFilesWhereverTheyAre() throws {
    let source = smallSource(train: 10, test: 10)
    let model = try smallCNN(source)
    let folders = [try TemporaryFolder(), try TemporaryFolder()]
    let files = try folders.map { folder in
      let path = folder.path(of: "model.safetensors")
      try ModelFile.write(model, values(model), source: source, steps: 1, to: path)
      return try Data(contentsOf: URL(filePath: path))
    }
    #expect(files[0] == files[1])
    #expect(files[0].range(of: Data(folders[0].path.utf8)) == nil)
  }

  @Test func aTensorThatIsMissingOrMisshapenIsNamed() throws {
    let source = smallSource(train: 10, test: 10)
    let model = try smallCNN(source)
    let folder = try TemporaryFolder()
    let path = folder.path(of: "model.safetensors")
    try ModelFile.write(model, values(model), source: source, steps: 1, to: path)
    let whole = try Safetensors(contentsOf: path)
    let changes: [(String, (inout Safetensors) -> Void)] = [
      ("bn2.bias", { $0.tensors["bn2.bias"] = nil }),
      ("fc.bias", { $0.tensors["fc.bias"] = .init(shape: [1], values: .float([1])) }),
      ("name no model", { $0.metadata["model"] = nil }),
      ("vgg", { $0.metadata["model"] = "vgg" }),
      ("no classes", { $0.metadata["classes"] = nil }),
      ("shape cannot be read", { $0.metadata["shape"] = "8 by 8" }),
      ("normalisation", { $0.metadata["mean"] = "[1]" }),
      ("bn_eps", { $0.metadata["bn_eps"] = "0.001" }),
      ("numerics_version cannot be read", { $0.metadata["numerics_version"] = "one" }),
    ]
    for (part, change) in changes {
      var file = whole
      change(&file)
      try file.write(to: path)
      let failure = #expect(throws: Failure.self) { try ModelFile.read(path) }
      #expect(failure?.kind == .data)
      #expect(failure?.message.hasPrefix(path) == true)
      #expect(failure?.message.contains(part) == true, "\(failure?.message ?? "")")
    }
  }

  @Test func anOlderFileIsOfTheFirstVersion() throws {
    let source = smallSource(train: 10, test: 10)
    let model = try smallCNN(source)
    let folder = try TemporaryFolder()
    let path = folder.path(of: "model.safetensors")
    try ModelFile.write(model, values(model), source: source, steps: 1, to: path)
    var file = try Safetensors(contentsOf: path)
    for (text, version) in [(nil, 1), ("0", 0)] as [(String?, Int)] {
      file.metadata["numerics_version"] = text
      try file.write(to: path)
      #expect(try ModelFile.read(path).metadata.numericsVersion == version)
    }
    file.metadata["numerics_version"] = "\(numericsVersion + 1)"
    try file.write(to: path)
    let newer = #expect(throws: Failure.self) { try ModelFile.read(path) }
    #expect(newer?.kind == .data && newer?.message.contains("of a newer program") == true)
  }

  /// A state dict as another program exports it: no metadata, and a tensor more.
  @Test func tensorsAreReadWithoutOurMetadata() throws {
    let source = smallSource(train: 10, test: 10)
    let model = try smallCNN(source)
    let folder = try TemporaryFolder()
    let path = folder.path(of: "model.safetensors")
    try ModelFile.write(model, values(model), source: source, steps: 1, to: path)
    var file = Safetensors(tensors: try Safetensors(contentsOf: path).tensors, metadata: [:])
    file.tensors["ema.decay"] = .init(shape: [1], values: .float([0.9]))
    let read = try ModelFile.parameters(of: model, in: file, from: path)
    let isEqual = bits(read) == bits(values(model))
    #expect(isEqual)
    file.tensors["fc.weight"] = nil
    let failure = #expect(throws: Failure.self) {
      try ModelFile.parameters(of: model, in: file, from: path)
    }
    #expect(failure?.kind == .data)
    #expect(failure?.message == "\(path): fc.weight is missing or has another shape.")
  }

  /// Something of its own in every element; the layout's gaps stay zero.
  private func values(_ model: Model) -> FloatBuffer {
    let buffer = FloatBuffer(count: model.layout.count)
    for entry in model.layout.entries {
      for i in entry.range { buffer.base[i] = unevenValue(8, 0, i) }
    }
    return buffer
  }

  private func bits(_ buffer: FloatBuffer) -> [UInt32] { buffer.elements.map(\.bitPattern) }
}
