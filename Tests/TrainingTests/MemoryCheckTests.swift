import Networks
import Plans
import Tensors
import Testing
import Training

/// A batch that cannot fit is refused before anything is made.
struct MemoryCheckTests {
  /// ResNet-20 takes about 1.5 MB of activations a sample.
  @Test(arguments: [(1, 1, false), (8, 1, true), (8, 8, false), (8, 4, false)])
  func aBatchMustFitItsHosts(ranks: Int, localRanks: Int, fits: Bool) throws {
    var plan = TrainingPlan()
    plan.batchSize = 1024
    let shape = ImageShape(height: 32, width: 32, channels: 3)
    let model = try ModelCatalog.model("resnet20", input: shape, classes: 10)
    let admit = {
      try MemoryCheck.admit(
        plan,
        model,
        ranks: ranks,
        localRanks: localRanks,
        memory: 0x1p29
      )
    }
    if fits { try admit() } else { #expect(throws: Failure.self) { try admit() } }
  }

  /// The advice names rounds only where there can be more of them.
  @Test(arguments: [(BatchNormMode.batch, 1, 1, false), (.lane, 1, 1, true), (.lane, 4, 2, false)])
  func aRefusalKnowsOfRounds(norm: BatchNormMode, accumulate: Int, ranks: Int, advises: Bool) throws
  {
    var plan = TrainingPlan()
    (plan.batchSize, plan.batchNorm, plan.accumulate) = (1 << 20, norm, accumulate)
    let shape = ImageShape(height: 32, width: 32, channels: 3)
    let model = try ModelCatalog.model("resnet20", input: shape, classes: 10)
    let failure = #expect(throws: Failure.self) {
      try MemoryCheck.admit(plan, model, ranks: ranks, localRanks: ranks, memory: 0x1p30)
    }
    #expect(failure?.message.contains("--accumulate") == advises)
  }

  @Test func thisHostHasMemory() { #expect(MemoryCheck.hostMemory > 0x1p28) }
}
