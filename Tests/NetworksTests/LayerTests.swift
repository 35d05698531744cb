import Networks
import Tensors
import TestSupport
import Testing

/// Every layer in Float32 against the Float64 reference.
///
/// Errors are relative to the largest value of a tensor; found: 2.1e-6 forward, by Winograd, and
/// 5.2e-6 for gradients.
struct LayerTests {
  @Test(arguments: LayerCase.all, [1, 5, 19])
  func layersAgreeWithTheReference(layer: LayerCase, samples: Int) throws {
    for shared in [false, true] {
      let model = layer.model(shared: shared)
      // Two lanes, with more than one chunk of eight in the largest batch.
      let comparison = try Comparison(
        model,
        samples: samples,
        lanes: 2,
        grouping: .lanes(2),
        smoothing: shared ? 0.1 : 0
      )
      #expect(comparison.forwardError < 4e-6)
      #expect(comparison.worstGradient.error < 2e-5, "\(comparison.worstGradient.name)")
    }
  }

  @Test(arguments: LayerCase.all)
  func inferenceAgreesWithTheReference(layer: LayerCase) throws {
    let model = layer.model(shared: true)
    let parameters = randomParameters(model, seed: 6)
    let (images, labels) = randomBatch(model, samples: 5, seed: 7)
    let rig = NetworkRig(model, parameters, lanes: 1, fullBatch: 6, mode: .inference)
    try rig.run(images: images, labels: labels, backward: false)
    let exact = ReferenceNetwork(model, parameters, groups: nil)
      .run(images: images.map(Double.init), labels: labels)
    #expect(relativeError(rig.logits, exact.logits) < 4e-6)
    #expect(abs(rig.totals[0] / exact.losses.reduce(0, +) - 1) < 4e-6)
    #expect(Int(rig.totals[1]) == exact.correct)
  }
}
