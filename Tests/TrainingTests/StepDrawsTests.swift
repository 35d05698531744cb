import Collectives
import Kernels
import Networks
import Optimizers
import Plans
import Tensors
import Testing
import TestSupport
import Training

/// What a network draws in a step follows from the plan's seed and the step's number.
struct StepDrawsTests {
  private func model(_ mode: ShakeMode, dropout: Double) -> Model {
    var net = ModelBuilder(input: ImageShape(height: 4, width: 4, channels: 3))
    let parts = (0..<3).map { net.add("\($0)", Convolution(outputs: 4, kernel: 1), net.input) }
    var x = net.add("shake", ShakeShake(mode), parts[0], parts[1], parts[2])
    x = net.add("dropout", Dropout(rate: dropout), x)
    _ = net.add("fc", Dense(outputs: 5), x)
    return net.model("random")
  }

  /// The loss of one batch in steps that change nothing.
  private func losses(_ model: Model, seed: UInt64, steps: [Int]) throws -> [Double] {
    var plan = smallPlan(batch: 16)
    plan.seed = seed
    let engine = try StepEngine(
      plan,
      model: model,
      rule: try plan.updateRule,
      communicator: SoloCommunicator(),
      team: threadTeam(size: 1) { BLAS.useOneThread() },
      kernels: KernelSet(.best),
      bucketGranules: StepEngine.bucketGranules
    )
    let values = randomParameters(model, seed: 3)
    engine.parameters.base.update(from: values.base, count: values.count)
    let (images, labels) = randomBatch(model, samples: 16, seed: 4)
    return try steps.map { step in
      let scalars = StepScalars(
        step: step,
        learningRate: 0,
        multiplier: 1,
        decay: 0,
        gradientScale: 1.0 / 16
      )
      engine.begin(step: step - 1, samples: 16)
      engine.begin(round: 0)
      for (i, value) in images.enumerated() { engine.network.images[i] = value }
      for (i, label) in labels.enumerated() { engine.network.targets[i] = SampleTarget(label) }
      try engine.forward()
      try engine.backward()
      let totals = try engine.total(scalars)
      try engine.update()
      return totals.loss
    }
  }

  @Test(arguments: ["shake-shake-image", "shake-keep-batch", "even-even-image"], [0, 0.5])
  func seedAndStepDecide(mode: String, dropout: Double) throws {
    let mode = try #require(ShakeMode(mode))
    let model = model(mode, dropout: dropout)
    let some = try losses(model, seed: 1, steps: [1, 2, 3, 1])
    let other = try losses(model, seed: 2, steps: [1])
    #expect(some[3] == some[0])
    let isRandom = mode.forward == .shake || dropout > 0
    #expect(Set(some + other).count == (isRandom ? 4 : 1))
  }

  /// The first update has the number 0.
  @Test func theFirstStepIsTheNetworksZeroth() throws {
    let model = model(.paper, dropout: 0.5)
    let found = try losses(model, seed: 9, steps: [1, 5])
    let (images, labels) = randomBatch(model, samples: 16, seed: 4)
    for (step, loss) in zip([0, 4], found) {
      var network = ReferenceNetwork(
        model,
        randomParameters(model, seed: 3),
        groups: [Array(0..<16)]
      )
      network.draws = ReferenceDraws(seed: 9, step: step)
      let exact = network.run(images: images.map(Double.init), labels: labels)
      #expect(abs(loss / exact.losses.reduce(0, +) - 1) < 1e-5)
    }
  }
}
