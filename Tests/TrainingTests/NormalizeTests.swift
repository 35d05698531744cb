import Checkpoints
import Datasets
import Foundation
import Plans
import Runs
import Tensors
import Testing
import TestSupport
import Training

/// Constants that a plan has computed: the same wherever a run takes place, and the model's own ever
/// after.
@Suite(.serialized)
struct NormalizeTests {
  private let data: TemporaryFolder
  private let place: TemporaryFolder

  init() throws { (data, place) = (try cifarFolder(test: 30), try TemporaryFolder()) }

  private func plan(_ normalize: NormalizationChoice, _ name: String = "run") -> TrainingPlan {
    var plan = runPlan(data: data.path, output: place.path(of: name))
    (plan.normalize, plan.augment) = (normalize, everyAugmentation)
    if normalize == .meanImage { plan.augment = mixup }
    return plan
  }

  private func file(_ name: String) throws -> Data {
    try Data(contentsOf: URL(filePath: place.path(of: "\(name)/\(ModelFile.name)")))
  }

  @Test(arguments: [NormalizationChoice.computed, .meanImage])
  func ranksDoNotChangeTheFile(normalize: NormalizationChoice) throws {
    for (ranks, name) in [(1, "1"), (2, "2"), (3, "3")] {
      _ = try execute(plan(normalize, name), ranks: ranks)
      #expect(try file(name) == file("1"))
    }
    let usual = plan(.standard, "usual")
    _ = try execute(usual, ranks: 1)
    #expect(try file("usual") != file("1"))
  }

  /// The file has the mean over the images that were trained on, and eval takes it from there.
  @Test func aMeanImageIsTheModels() throws {
    var plan = plan(.meanImage)
    plan.valFraction = 0.5
    let summary = try execute(plan, ranks: 2)[0]
    let path = place.path(of: "run/\(ModelFile.name)")
    let source = try openDataSource(plan.dataRequest)
    let mean = try ImageStatistics(
      source.train,
      0..<source.train.count,
      threadTeam(size: 1)
    ).meanImage()
    #expect(source.train.count < 60)
    let contents = try ModelFile.read(path)
    #expect(contents.metadata.normalization == mean)
    let tensors = try Safetensors(contentsOf: path).tensors
    let tensor = try #require(tensors["normalization.mean_image"])
    #expect(tensor.shape == [3, 32, 32])
    if case .float(let values) = tensor.values {
      #expect(values[1024 + 5] == mean.image?[5 * 3 + 1])
    }
    for ranks in [1, 2] {
      let result = try evaluate(path, data: data.path, ranks: ranks)[0]
      #expect(result.loss == summary.testLoss && result.accuracy == summary.testAccuracy)
    }
  }

  /// A checkpoint has no mean image: it comes from the run's own images, or not at all.
  @Test func aCheckpointsMeanImageIsComputedAnew() throws {
    var plan = plan(.meanImage)
    plan.checkpointEvery = 3
    let summary = try execute(plan, ranks: 1)[0]
    let last = try #require(summary.checkpoint)
    let path = CheckpointFolder(ofRun: place.path(of: "run")).path(step: last)
    let result = try evaluate(path, ranks: 2)[0]
    #expect(result.loss == summary.testLoss && result.accuracy == summary.testAccuracy)
    let others = try cifarFolder(train: 40, test: 30)
    let bytes = try Data(contentsOf: URL(filePath: others.path(of: "data_batch_1.bin")))
    try data.write(Array(bytes), to: "data_batch_1.bin")
    let failure = #expect(throws: Failure.self) { try evaluate(path, ranks: 1) }
    #expect(failure?.kind == .data && failure?.message.contains("another mean image") == true)
  }

  @Test func aMeanImageThatIsMissingOrChangedIsNamed() throws {
    _ = try execute(plan(.meanImage), ranks: 1)
    let path = place.path(of: "run/\(ModelFile.name)")
    let whole = try Safetensors(contentsOf: path)
    let name = "normalization.mean_image"
    for (values, part) in [
      (nil, "is missing"), (Array(repeating: Float(3), count: 3072), "not that of its metadata"),
    ] {
      var file = whole
      file.tensors[name] = values.map { .init(shape: [3, 32, 32], values: .float($0)) }
      try file.write(to: path)
      let failure = #expect(throws: Failure.self) { try ModelFile.read(path) }
      #expect(failure?.kind == .data && failure?.message.contains("\(name) ") == true)
      #expect(failure?.message.contains(part) == true, "\(failure?.message ?? "")")
    }
  }

  @Test func constantsOfOtherChannelsAreRefused() throws {
    let constants = NormalizationChoice.constants(Normalization(mean: [1], deviation: [2]))
    let failure = #expect(throws: Failure.self) { try execute(plan(constants), ranks: 2) }
    #expect(failure?.kind == .usage)
    #expect(
      failure?.message == "--normalize 1/2 is of 1 channels, and the images have 3."
    )
  }

  /// What a given plan says is what a format would have.
  @Test func constantsMayBeGiven() throws {
    let usual = NormalizationChoice("125.3,123,113.9/63,62.1,66.7")
    _ = try execute(plan(.standard, "usual"), ranks: 1)
    _ = try execute(plan(try #require(usual), "given"), ranks: 1)
    #expect(try file("usual") == file("given"))
  }
}
