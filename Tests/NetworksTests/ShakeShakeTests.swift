import Networks
import Tensors
import TestSupport
import Testing

/// What Shake-Shake blocks draw, seen through a network that shows α in its logits and β in its
/// gradients.
struct ShakeShakeTests {
  private static let all = ShakeMode.Forward.allCases.flatMap { forward in
    ShakeMode.Backward.allCases.flatMap { backward in
      ShakeMode.Level.allCases.map { ShakeMode(forward, backward, $0) }
    }
  }

  /// The logits of an image of 1 are (α, 1 − α).
  private func rig(
    _ mode: ShakeMode,
    lanes: Int = 1,
    held: Range<Int>? = nil,
    samples: Int = 1,
    seed: UInt64 = 7,
    training: Bool = true
  ) -> NetworkRig {
    var net = ModelBuilder(input: ImageShape(height: 1, width: 1, channels: 1))
    let parts = ["shortcut", "branch1", "branch2"].map {
      net.add($0, Convolution(outputs: 2, kernel: 1), net.input)
    }
    _ = net.add("shake", ShakeShake(mode), parts[0], parts[1], parts[2])
    let model = net.model("shown")
    let parameters = FloatBuffer(count: model.layout.count)
    for (name, channel) in [("branch1.weight", 0), ("branch2.weight", 1)] {
      if let entry = model.layout[name] { parameters.base[entry.range.lowerBound + channel] = 1 }
    }
    return NetworkRig(
      model,
      parameters,
      lanes: lanes,
      held: held,
      fullBatch: samples,
      mode: training ? .training(.lanes(lanes)) : .inference,
      seed: seed
    )
  }

  private func run(_ rig: NetworkRig, samples: Int = 1, step: Int = 0, backward: Bool = false)
    throws
  {
    rig.network.begin(step: step)
    try rig.run(
      images: Array(repeating: 1, count: samples),
      labels: Array(repeating: 0, count: samples),
      backward: backward
    )
  }

  private func alphas(_ rig: NetworkRig) -> [Float] {
    stride(from: 0, to: rig.logits.count, by: 2).map { rig.logits[$0] }
  }

  @Test func modesReadWhatTheyWrite() {
    #expect(Set(Self.all.map(\.description)).count == 12)
    for mode in Self.all { #expect(ShakeMode(mode.description) == mode) }
    #expect(ShakeMode.paper.description == "shake-shake-image")
    for text in ["", "shake", "keep-shake-image", "shake-shake-image-image", "Even-even-batch"] {
      #expect(ShakeMode(text) == nil)
    }
  }

  /// In the open interval, with an exact rest, mean ½ and variance 1/12.
  @Test func partsAreUniformAndTheirRestIsExact() {
    let n = 100_000
    let parts = (0..<n).map {
      ShakeShake.part(RandomDraws(seed: 5, purpose: .shakeForward, sample: $0))
    }
    #expect(parts.allSatisfy { $0 > 0 && $0 < 1 && Double(1 - $0) == 1 - Double($0) })
    let mean = parts.reduce(0) { $0 + Double($1) } / Double(n)
    let variance = parts.reduce(0) { $0 + (Double($1) - 0.5) * (Double($1) - 0.5) } / Double(n)
    // Deviations of the estimates: 0.2887/√n and 0.0745/√n; five of them.
    #expect(abs(mean - 0.5) < 5 * 0.289 / Double(n).squareRoot())
    #expect(abs(variance - 1.0 / 12) < 5 * 0.0746 / Double(n).squareRoot())
  }

  @Test func logitsShowTheParts() throws {
    let draws = ReferenceDraws(seed: 7, step: 3)
    for mode in Self.all {
      let rig = rig(mode, samples: 9)
      try run(rig, samples: 9, step: 3)
      let expected = (0..<9).map { draws.mixture(mode, site: 0, sample: $0).alpha }
      #expect(alphas(rig).map(Double.init) == expected, "\(mode)")
      #expect(
        zip(rig.logits, rig.logits.dropFirst()).enumerated().allSatisfy {
          $0.offset % 2 == 1 || $0.element.0 + $0.element.1 == 1
        }
      )
    }
  }

  /// One α for all samples of all lanes on all ranks, another in the next step and with another
  /// seed.
  @Test func theBatchLevelIsOneScalar() throws {
    let mode = ShakeMode(.shake, .shake, .batch)
    var seen = Set<Float>()
    for (step, seed) in [(0, 7), (1, 7), (0, 8)] {
      var found = Set<Float>()
      for held in [0..<4, 0..<1, 1..<3, 3..<4] {
        let rig = rig(mode, lanes: 4, held: held, samples: 14, seed: UInt64(seed))
        try run(rig, samples: 14, step: step)
        found.formUnion(alphas(rig))
      }
      #expect(found.count == 1)
      seen.formUnion(found)
    }
    #expect(seen.count == 3)
  }

  /// Every sample of the global batch has its own α, wherever its lane is.
  @Test func theImageLevelFollowsTheGlobalBatch() throws {
    let whole = rig(.paper, lanes: 4, samples: 14)
    try run(whole, samples: 14)
    #expect(Set(alphas(whole)).count == 14)
    for ranks in [2, 3, 4] {
      let parts = try (0..<ranks).flatMap { rank in
        let held = share(rank, of: ranks, total: 4)
        let rig = rig(.paper, lanes: 4, held: held, samples: 14)
        try run(rig, samples: 14)
        return alphas(rig)
      }
      #expect(parts == alphas(whole), "\(ranks) ranks")
    }
  }

  /// Of one image the branches' gradients are β·g and (1 − β)·g, the shortcut's is g; over steps α
  /// and β are independent or the same.
  @Test(arguments: all)
  func gradientsShowTheParts(mode: ShakeMode) throws {
    let rig = rig(mode)
    var pairs: [(alpha: Double, beta: Double)] = []
    for step in 0..<400 {
      try run(rig, step: step, backward: true)
      let whole = rig.gradient("shortcut.weight").map(Double.init)
      let (a, b) = (rig.gradient("branch1.weight"), rig.gradient("branch2.weight"))
      let beta = Double(a[0]) / whole[0]
      for k in 0..<2 {
        #expect(abs(Double(a[k]) - beta * whole[k]) < 1e-6)
        #expect(abs(Double(b[k]) - (1 - beta) * whole[k]) < 1e-6)
      }
      pairs.append((Double(alphas(rig)[0]), beta))
    }
    switch mode.backward {
    case .even: #expect(pairs.allSatisfy { abs($0.beta - 0.5) < 1e-6 })
    case .keep: #expect(pairs.allSatisfy { abs($0.beta - $0.alpha) < 1e-6 })
    case .shake:
      let n = Double(pairs.count)
      #expect(abs(pairs.reduce(0) { $0 + $1.beta } / n - 0.5) < 5 * 0.289 / n.squareRoot())
      let product = pairs.reduce(0) { $0 + ($1.alpha - 0.5) * ($1.beta - 0.5) } / n
      // The deviation of a product of two is 1/12.
      #expect(abs(product) < 5 / 12 / n.squareRoot())
    }
  }

  @Test(arguments: all)
  func evaluationIsEven(mode: ShakeMode) throws {
    let rig = rig(mode, samples: 5, training: false)
    for step in [0, 3] {
      try run(rig, samples: 5, step: step)
      #expect(rig.logits.allSatisfy { $0 == 0.5 })
    }
  }
}
