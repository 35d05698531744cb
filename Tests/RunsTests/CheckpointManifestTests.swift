import Checkpoints
import Datasets
import Foundation
import Plans
import Runs
import Tensors
import Testing
import TestSupport

/// All that a manifest says comes back, bit by bit.
struct CheckpointManifestTests {
  /// One in which every field is another than in a run before its first step.
  private func progress() throws -> RunProgress {
    var progress = RunProgress()
    let pair = EvaluationPair(
      weights: EvaluationResult(loss: 0.1 + 0.2, correct: 7, correct5: nil, count: 9),
      average: EvaluationResult(loss: .leastNonzeroMagnitude, correct: 8, correct5: 9, count: 9)
    )
    _ = progress.course.take(pair, on: .val, step: 5, epoch: 1)
    _ = progress.course.take(pair, on: .val, step: 6, epoch: 1)
    for (step, odd) in [(1, 1.0 / 3), (2, -0.0), (3, 1)] {
      progress.take(
        StepMetrics(
          step: step,
          epoch: 0,
          samples: 3,
          lossSum: odd,
          penalty: 3 * .leastNonzeroMagnitude,
          correct: 2,
          correct5: 3,
          gradientNorm: .greatestFiniteMagnitude / 4,
          multiplier: .pi,
          decay: 1 - .ulpOfOne,
          isSkipped: step == 3,
          seconds: 5e300
        ),
        opensEpoch: step == 1
      )
    }
    progress.ruleMemory = SIMD4(.leastNonzeroMagnitude, -0.0, 1 / 3, -.greatestFiniteMagnitude)
    progress.chain = try DigestChain(TrainingPlan(), data: nil)
    if let best = progress.course.best { progress.kept.add(.best(best)) }
    progress.kept.add(.snapshot(epoch: 3))
    progress.kept.add(.average(isWarm: true))
    (progress.val, progress.test) = (pair, EvaluationPair(weights: pair.average))
    progress.seconds = 0x1.fffffffffffffp-2
    return progress
  }

  /// Written and read.
  private func again(_ progress: RunProgress) throws -> CheckpointManifest {
    let place = try TemporaryFolder()
    let facts = try SmallCheckpoint(run: place.path).facts
    let manifest = CheckpointManifest(facts, progress, parts: [])
    try place.write(Array(try manifest.encoded()), to: "manifest.json")
    let read = try CheckpointManifest(contentsOf: place.path(of: "manifest.json"))
    #expect(read.facts == facts && read.written == manifest.written)
    return read
  }

  private func fields(_ progress: RunProgress) -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: Mirror(reflecting: progress).children.map {
        ($0.label ?? "", "\($0.value)")
      }
    )
  }

  @Test func everyFieldOfTheProgress() throws {
    let progress = try progress()
    let (filled, empty) = (fields(progress), fields(RunProgress()))
    for (name, value) in filled { #expect(value != empty[name], "\(name) is not tried here") }
    let read = try again(progress)
    #expect(read.progress == progress && read.step == 3)
    #expect(fields(read.progress) == filled)
    for place in 0..<4 {
      #expect(read.progress.ruleMemory[place].bitPattern == progress.ruleMemory[place].bitPattern)
    }
  }

  @Test(arguments: [Double.infinity, -.infinity, .nan])
  func whatIsNoNumber(value: Double) throws {
    var progress = try progress()
    progress.ruleMemory[1] = value
    progress.seconds = value
    let read = try again(progress).progress
    #expect("\(read.ruleMemory[1])" == "\(value)" && "\(read.seconds)" == "\(value)")
  }

  /// The keys of dictionaries are names of flags and layers, which no style of keys may touch.
  @Test func names() throws {
    let place = try TemporaryFolder()
    var facts = try SmallCheckpoint(run: place.path).facts
    facts.plan["some_flag"] = "a \"b\" \\ \n ü/\u{1F600}"
    facts.plan["someFlag"] = ""
    facts.convolutions["stage_1.conv.weight"] = "x"
    facts.numericsVersion = 12345
    let manifest = CheckpointManifest(facts, RunProgress(), parts: [])
    try place.write(Array(try manifest.encoded()), to: "manifest.json")
    #expect(try CheckpointManifest(contentsOf: place.path(of: "manifest.json")).facts == facts)
  }
}
