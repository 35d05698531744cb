import Networks
import Tensors
import TestSupport

/// A training step of a model with random values, in Float32 and by the Float64 reference.
struct Comparison {
  let rig: NetworkRig
  let exact: ReferenceNetwork.Result
  /// The larger error of logits and loss.
  let forwardError: Double
  /// The tensor whose gradient is farthest off.
  let worstGradient: (name: String, error: Double)

  /// `samples` of a full batch of `fullBatch`; gradients smaller than `floor` times the model's
  /// largest count as that large.
  init(
    _ model: Model,
    samples: Int,
    fullBatch: Int? = nil,
    lanes: Int,
    grouping: BatchNormGrouping,
    smoothing: Double = 0,
    floor: Double = 1e-3,
    options: NetworkOptions = NetworkOptions()
  ) throws {
    let parameters = randomParameters(model, seed: 4)
    let (images, labels) = randomBatch(model, samples: samples, seed: 5)
    rig = NetworkRig(
      model,
      parameters,
      lanes: lanes,
      fullBatch: fullBatch ?? samples,
      mode: .training(grouping),
      smoothing: smoothing,
      options: options
    )
    try rig.run(images: images, labels: labels)
    exact = ReferenceNetwork(
      model,
      parameters,
      groups: referenceGroups(batch: samples, lanes: lanes, grouping),
      smoothing: smoothing
    ).run(images: images.map(Double.init), labels: labels)
    forwardError = max(
      relativeError(rig.logits, exact.logits),
      relativeError([Float(rig.totals[0])], [exact.losses.reduce(0, +)])
    )
    let largest = exact.gradients.values.joined().reduce(0) { max($0, abs($1)) }
    var worst = (name: "", error: 0.0)
    for (name, gradient) in exact.gradients {
      let error = relativeError(rig.gradient(name), gradient, floor: floor * largest)
      if error > worst.error { worst = (name, error) }
    }
    worstGradient = worst
  }
}
