import Networks
import Tensors
import TestSupport
import Testing

/// A whole small network against PyTorch in Float64: logits, loss, gradients, running statistics.
struct TinySiLUGoldenTests {
  private let golden: TinySiLUGolden
  private let model = tinySiLU()

  init() throws { golden = try TinySiLUGolden.read() }

  private func parameters() -> FloatBuffer {
    let buffer = FloatBuffer(count: model.layout.count)
    golden.install(model.layout, into: buffer)
    return buffer
  }

  /// In any number of lanes: the statistics are those of the whole batch.
  @Test(arguments: [1, 2, 3, 4, 8], [0, 0.1])
  func trainingAgrees(lanes: Int, smoothing: Double) throws {
    let rig = NetworkRig(
      model,
      parameters(),
      lanes: lanes,
      fullBatch: 4,
      mode: .training(.lanes(lanes)),
      smoothing: smoothing
    )
    try rig.run(images: golden.images.floats, labels: golden.labels)
    let expected = smoothing == 0 ? golden.training.plain : golden.training.smoothed
    #expect(expected.labelSmoothing == smoothing)
    #expect(relativeError(rig.logits, golden.training.logits.values) < 2e-6)
    #expect(abs(rig.totals[0] / 4 - expected.loss) < 1e-6 * expected.loss)
    #expect(expected.gradients.count == 8)
    for (name, gradient) in expected.gradients {
      let storage = try #require(model.layout[name]).storage
      let sum = gradient.inMemoryOrder(storage).map { 4 * $0 }
      #expect(relativeError(rig.gradient(name), sum) < 2e-5, "\(name)")
    }
    rig.updateStatistics(samples: 4)
    for (name, values) in golden.training.running {
      #expect(relativeError(rig.values(name), values.values) < 1e-6, "\(name)")
    }
  }

  @Test func evaluationAgrees() throws {
    let parameters = parameters()
    for (name, values) in golden.training.running {
      let range = try #require(model.layout[name]).range
      for (i, value) in zip(range, values.floats) { parameters.base[i] = value }
    }
    let rig = NetworkRig(model, parameters, lanes: 1, fullBatch: 4, mode: .inference)
    try rig.run(images: golden.images.floats, labels: golden.labels, backward: false)
    #expect(relativeError(rig.logits, golden.evaluation.logits.values) < 2e-6)
  }

  @Test func theModelIsTheGoldens() {
    #expect(model.classes == golden.classes)
    #expect(model.batchNorm?.epsilon == golden.bnEps)
    #expect(model.batchNorm?.momentum == golden.bnMomentum)
    let trained = model.layout.entries.filter { $0.role != .statistic }.map(\.name)
    #expect(Set(trained) == Set(golden.parameters.keys))
  }
}
