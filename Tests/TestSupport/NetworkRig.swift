import Kernels
import Networks
import Tensors

/// A network on one rank with everything it needs, for tests that look at nothing else.
public final class NetworkRig {
  /// The model's values.
  public let parameters: FloatBuffer
  /// One for each tree node of the rank.
  public let gradients: [FloatBuffer]
  /// Which samples it holds.
  public let batch: BatchLayout
  /// The network.
  public let network: Network
  /// The logits of the rank's samples; backward takes their memory, so they are copied before.
  public private(set) var logits: [Float] = []

  /// A rank that holds `held` of the lanes, all of them unless told otherwise.
  public init(
    _ model: Model,
    _ parameters: FloatBuffer,
    lanes: Int,
    held: Range<Int>? = nil,
    fullBatch: Int,
    mode: NetworkMode,
    smoothing: Double = 0,
    threads: Int = 1,
    level: KernelLevel = .best,
    seed: UInt64 = 0,
    options: NetworkOptions = NetworkOptions()
  ) {
    let batch = BatchLayout(lanes: lanes, held: held ?? 0..<lanes, fullBatch: fullBatch)
    let trained = model.layout.trainable.count
    (self.parameters, self.batch) = (parameters, batch)
    gradients = mode == .inference ? [] : batch.nodes.map { _ in FloatBuffer(count: trained) }
    network = Network(
      model,
      batch: batch,
      mode: mode,
      parameters: parameters,
      gradients: gradients,
      smoothing: smoothing,
      team: threadTeam(size: threads) { BLAS.useOneThread() },
      kernels: KernelSet(level),
      crossLane: LaneTotals(batch),
      seed: seed,
      options: options
    )
  }

  /// Runs a batch, of which the rank takes its own samples; returns the ranges told as ready.
  @discardableResult
  public func run(images: [Float], labels: [Int], backward: Bool = true) throws -> [Range<Int>] {
    batch.begin(samples: labels.count)
    let size = network.model.input.count
    for sample in 0..<batch.localSamples {
      let index = batch.firstSample + sample
      network.targets[sample] = SampleTarget(labels[index])
      for i in 0..<size { network.images[sample * size + i] = images[index * size + i] }
    }
    try network.forward()
    let count = batch.localSamples * network.model.classes
    logits = Array(UnsafeBufferPointer(start: network.logits, count: count))
    var ready: [Range<Int>] = []
    if backward { try network.backward { ready.append($0) } }
    return ready
  }

  /// The records of all present lanes, added up from left to right.
  public var totals: [Double] {
    let width = network.recordWidth
    return (0..<width).map { i in
      (0..<batch.localPresent).reduce(0) { $0 + network.records[$1 * width + i] }
    }
  }

  /// Moves the running statistics towards those of a batch of so many samples.
  public func updateStatistics(samples: Int) {
    totals.withUnsafeBufferPointer {
      guard let first = $0.baseAddress else { return }
      network.updateStatistics(LaneRecord(first), samples: samples)
    }
  }

  /// A tensor's gradient in the first of the rank's tree nodes.
  public func gradient(_ name: String) -> [Float] {
    guard let entry = network.layout[name] else { return [] }
    return Array(gradients[0].elements[entry.range])
  }

  /// A tensor's values.
  public func values(_ name: String) -> [Float] {
    guard let entry = network.layout[name] else { return [] }
    return Array(parameters.elements[entry.range])
  }
}

/// Sums over lanes where one rank holds all of them: group by group, split at the largest power of
/// two.
final class LaneTotals: CrossLaneSum {
  private let batch: BatchLayout

  init(_ batch: BatchLayout) { self.batch = batch }

  func total(
    _ records: UnsafeMutablePointer<Double>,
    width: Int,
    lanesPerGroup: Int,
    merge: RecordMerge
  ) {
    precondition(batch.held == 0..<batch.lanes, "one rank must hold all lanes")
    func sum(_ lanes: Range<Int>) -> [Double] {
      guard lanes.count > 1 else {
        return Array(UnsafeBufferPointer(start: records + lanes.lowerBound * width, count: width))
      }
      var half = 1
      while 2 * half < lanes.count { half *= 2 }
      let cut = lanes.lowerBound + half
      var left = sum(lanes.lowerBound..<cut)
      if cut < batch.present {
        merge.merge(&left, sum(cut..<lanes.upperBound), width: width)
      }
      return left
    }
    for first in stride(from: 0, to: batch.present, by: lanesPerGroup) {
      let group = first..<first + lanesPerGroup
      let total = sum(group)
      for lane in group.clamped(to: 0..<batch.present) {
        (records + lane * width).update(from: total, count: width)
      }
    }
  }
}

/// Values for every tensor that no layer is indifferent to: biases, gains and statistics too.
public func randomParameters(_ model: Model, seed: UInt64) -> FloatBuffer {
  let layout = model.layout
  let buffer = FloatBuffer(count: layout.count)
  for (number, entry) in layout.entries.enumerated() {
    var draws = RandomDraws(seed: seed, purpose: .initialization, site: number)
    let fan = entry.range.count / max(1, outputs(entry.storage))
    for i in entry.range {
      let x = draws.normalPair().0
      let value =
        switch entry.role {
        case .weight: x / Double(fan).squareRoot()
        case .gain: 1 + 0.3 * x
        case .shift, .bias: 0.3 * x
        case .statistic: entry.name.hasSuffix("var") ? 0.5 + draws.uniform() : 0.3 * x
        }
      buffer.base[i] = Float(value)
    }
  }
  return buffer
}

private func outputs(_ storage: ParameterStorage) -> Int {
  switch storage {
  case .convolution(_, _, _, let output), .dense(_, let output): output
  case .vector(let count): count
  }
}

/// Standard normal images and labels of all classes.
public func randomBatch(_ model: Model, samples: Int, seed: UInt64) -> (
  images: [Float], labels: [Int]
) {
  var draws = RandomDraws(seed: seed, purpose: .syntheticImages)
  let images = (0..<samples * model.input.count).map { _ in Float(draws.normalPair().0) }
  return (images, (0..<samples).map { _ in draws.integer(below: model.classes) })
}
