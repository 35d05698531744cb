import Kernels
import Networks
import Tensors
import TestSupport
import Testing

/// The bits of a step depend on the lanes and on nothing about who works on them.
struct InvarianceTests {
  /// All layers that have several items, and a convolution of several blocks of rows.
  private func model() -> Model {
    var net = ModelBuilder(input: ImageShape(height: 33, width: 31, channels: 3))
    var x = net.add("conv1", Convolution(outputs: 17, kernel: 5, padding: 2, bias: true), net.input)
    x = net.add("bn1", BatchNorm(), x)
    x = net.add("relu1", Rectifier(), x)
    x = net.add("pool1", Pooling(.max, window: 3, stride: 2, padding: 1), x)
    let short = net.add("shortcut", Shortcut(stride: 2, outputs: 20), x)
    x = net.add("conv2", Convolution(outputs: 20, kernel: 3, stride: 2, padding: 1), x)
    x = net.add("bn2", BatchNorm(), x)
    x = net.add("silu2", SiLU(), x)
    x = net.add("add", Addition(), x, short)
    let moved = net.add("moved", Subsample(stride: 1, shift: 1), x)
    let alone = net.add("alone", ShakeShake(.paper), short, x, moved)
    let batch = ShakeShake(ShakeMode(.shake, .shake, .batch))
    let mixed = net.add("mixed", batch, alone, moved, x)
    x = net.add("both", Concatenation(), x, mixed)
    x = net.add("dropout", Dropout(rate: 0.3), x)
    x = net.add("conv3", Convolution(outputs: 9, kernel: 1), x)
    x = net.add("pool3", Pooling(.average, window: 2, stride: 2), x)
    _ = net.add("fc", Dense(outputs: 10), x)
    return net.model("everything")
  }

  private func rig(
    _ grouping: BatchNormGrouping = .lanes(4),
    held: Range<Int>? = nil,
    fullBatch: Int = 19,
    threads: Int = 1,
    level: KernelLevel = .best
  ) -> NetworkRig {
    let model = model()
    return NetworkRig(
      model,
      randomParameters(model, seed: 1),
      lanes: 4,
      held: held,
      fullBatch: fullBatch,
      mode: .training(grouping),
      smoothing: 0.1,
      threads: threads,
      level: level
    )
  }

  @Test(arguments: [2, 3, 8])
  func threadsDoNotChangeABit(threads: Int) throws {
    for samples in [19, 3] {
      let (images, labels) = randomBatch(model(), samples: samples, seed: 2)
      let (one, many) = (rig(), rig(threads: threads))
      try one.run(images: images, labels: labels)
      try many.run(images: images, labels: labels)
      #expect(StepBits(one) == StepBits(many))
    }
  }

  @Test(arguments: KernelLevel.allCases.filter { $0 <= .best })
  func kernelLevelsDoNotChangeABit(level: KernelLevel) throws {
    let (images, labels) = randomBatch(model(), samples: 19, seed: 2)
    let (best, other) = (rig(), rig(level: level))
    try best.run(images: images, labels: labels)
    try other.run(images: images, labels: labels)
    #expect(StepBits(best) == StepBits(other))
  }

  /// Every rank's partial gradients, added in tree order, are what one rank gets.
  @Test(arguments: [1, 2, 3, 4], [BatchNormGrouping.parts(1), .parts(2)])
  func theSplitOverRanksDoesNotChangeABit(ranks: Int, grouping: BatchNormGrouping) throws {
    for samples in [19, 6, 3, 1] {
      let (images, labels) = randomBatch(model(), samples: samples, seed: 3)
      let alone = rig(grouping)
      try alone.run(images: images, labels: labels)
      var (nodes, partials): ([Range<Int>], [[Float]]) = ([], [])
      var (logits, records): ([UInt32], [UInt64]) = ([], [])
      for rank in 0..<ranks {
        let rig = rig(grouping, held: share(rank, of: ranks, total: 4))
        try rig.run(images: images, labels: labels)
        logits += StepBits(rig).logits
        records += StepBits(rig).records
        nodes += rig.batch.nodes
        partials += rig.gradients.map { Array($0.elements) }
      }
      let whole = CanonicalTree(leaves: 4).sum(nodes, present: min(4, samples)) { into, from in
        partials[into] = zip(partials[into], partials[from]).map { $0 + $1 }
      }
      let expected = StepBits(alone)
      #expect(logits == expected.logits && records == expected.records)
      #expect(partials[try #require(whole)].map(\.bitPattern) == expected.gradient)
    }
  }

  /// Nothing of an earlier batch is left behind.
  @Test func batchesDoNotKnowOfOneAnother() throws {
    let used = rig()
    for (samples, seed) in [(19, 1), (7, 2), (2, 3), (19, 4)] {
      let (images, labels) = randomBatch(model(), samples: samples, seed: UInt64(seed))
      try used.run(images: images, labels: labels)
      let fresh = rig()
      try fresh.run(images: images, labels: labels)
      #expect(StepBits(used) == StepBits(fresh))
    }
  }

  /// Backward finishes the tensors in the order of the layout, each once.
  @Test func readyRangesFollowTheLayout() throws {
    let (images, labels) = randomBatch(model(), samples: 5, seed: 2)
    let ready = try rig().run(images: images, labels: labels)
    let trained = model().layout.entries.filter { $0.role != .statistic }.map(\.range)
    #expect(ready == trained)
  }

  /// A gradient is final when it is told: nothing that runs later changes it.
  @Test func readyGradientsAreFinal() throws {
    let (images, labels) = randomBatch(model(), samples: 5, seed: 2)
    let rig = rig()
    try rig.run(images: images, labels: labels, backward: false)
    var told: [(Range<Int>, [Float])] = []
    try rig.network.backward { told.append(($0, Array(rig.gradients[0].elements[$0]))) }
    for (range, values) in told { #expect(Array(rig.gradients[0].elements[range]) == values) }
  }
}
