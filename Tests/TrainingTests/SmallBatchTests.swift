import Collectives
import Datasets
import Networks
import Plans
import Runs
import Testing
import TestSupport
import Training

/// The last batch of an epoch may be a few images: it is left out or spoken of.
struct SmallBatchTests {
  private func warnings(
    images: Int = 100,
    model: Model? = nil,
    _ change: (inout TrainingPlan) -> Void
  ) throws -> [String] {
    let source = smallSource(train: images, test: 10)
    var plan = smallPlan(batch: 33, steps: 1_000)
    change(&plan)
    try plan.validate(ranks: 1)
    return try trainer(plan, model ?? tinyModel(source), source, SoloCommunicator()).warnings
  }

  /// 100 images in batches of 33 leave one.
  @Test func aBatchOfFewSamplesIsNamed() throws {
    let one = try warnings { _ in }
    try #require(one.count == 1)
    #expect(one[0].hasPrefix("the last batch of every epoch has 1 sample ("))
    for part in [
      "(100 images, --batch-size 33)", "over only 1 sample there", "--drop-last",
      "another --batch-size, such as 30.",
    ] { #expect(one[0].contains(part), "\(part) in \(one[0])") }
    // Seven are too few, eight are not.
    #expect(try warnings { $0.batchSize = 31 }.first?.contains("7 samples") == true)
    #expect(try warnings { $0.batchSize = 92 } == [])
    #expect(try warnings { $0.batchSize = 25 } == [])
  }

  @Test func whatLeavesNoneIsNotWarnedOf() throws {
    #expect(try warnings { $0.dropLast = true } == [])
    #expect(try warnings { $0.allowSmallBatchNorm = true } == [])
    // The run ends before its first short batch.
    #expect(try warnings { $0.steps = 3 } == [])
    #expect(try warnings { $0.steps = 4 }.count == 1)
    // A network without BatchNorm.
    let source = smallSource(train: 100, test: 10)
    var net = ModelBuilder(input: source.train.shape)
    let x = net.add("pool", GlobalAveragePool(), net.input)
    _ = net.add("fc", Dense(outputs: source.train.classes.count), x)
    #expect(try warnings(model: net.model("plain")) { _ in } == [])
  }

  /// Statistics by lane or group see less of a short batch: 36 over 8 lanes are 4 or 5 each.
  @Test func groupsOfAShortBatchCount() throws {
    let lanes = try warnings { ($0.batchSize, $0.batchNorm) = (64, .lane) }
    #expect(lanes.count == 1 && lanes[0].contains("has 36 samples"))
    #expect(lanes.first?.contains("over only 4 samples there") == true)
    let groups = try warnings { ($0.batchSize, $0.batchNorm) = (64, .group(16)) }
    #expect(groups == [])
    let short = try warnings(images: 80) { ($0.batchSize, $0.batchNorm) = (64, .group(16)) }
    #expect(short.first?.contains("over only 4 samples there") == true)
    #expect(short.first?.contains("such as") == false)
  }

  @Test func aWholeBatchOfFewSamplesIsNamed() throws {
    let whole = try warnings { ($0.batchSize, $0.lanes) = (4, 4) }
    #expect(whole.count == 1 && whole[0].contains("over only 4 samples, which costs accuracy"))
    #expect(try warnings { ($0.batchSize, $0.lanes) = (10, 8) } == [])
  }

  /// Three steps of 33 and none of one, on any number of ranks; the next epoch begins at the next
  /// step.
  @Test func theRestIsLeftOut() throws {
    let source = smallSource(train: 100, test: 10)
    var plan = smallPlan(batch: 33, steps: 6)
    plan.dropLast = true
    var samples: [Int] = []
    var epochs: [Int] = []
    let trainer = try trainer(plan, tinyModel(source), source, SoloCommunicator())
    let watcher = StepWatcher {
      samples.append($0.samples)
      epochs.append($0.epoch)
    }
    _ = try trainer.run(watcher)
    #expect(samples == Array(repeating: 33, count: 6) && epochs == [0, 0, 0, 1, 1, 1])
    #expect(trainer.horizon.stepsPerEpoch == 3 && trainer.horizon.samples == 99)
    let alone = try train(plan, tinyModel(source), source)
    let three = try train(plan, tinyModel(source), source, Placing(ranks: 3, threads: 2))
    #expect(three.difference(from: alone) == nil)
  }
}
