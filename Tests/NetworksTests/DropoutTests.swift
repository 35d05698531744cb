import Networks
import Tensors
import TestSupport
import Testing

/// What a dropout keeps, seen in the logits of a network that is nothing else.
struct DropoutTests {
  private static let width = 4096

  private func rig(
    _ rate: Double,
    samples: Int = 1,
    seed: UInt64 = 7,
    training: Bool = true
  ) -> NetworkRig {
    let image = ImageShape(height: 1, width: 1, channels: Self.width)
    var net = ModelBuilder(input: image)
    _ = net.add("dropout", Dropout(rate: rate), net.input)
    return NetworkRig(
      net.model("shown"),
      FloatBuffer(count: 1),
      lanes: 1,
      fullBatch: samples,
      mode: training ? .training(.lanes(1)) : .inference,
      seed: seed
    )
  }

  /// The logits of images of 3.
  private func values(_ rig: NetworkRig, samples: Int = 1, step: Int = 0) throws -> [Float] {
    rig.network.begin(step: step)
    try rig.run(
      images: Array(repeating: 3, count: samples * Self.width),
      labels: Array(repeating: 0, count: samples),
      backward: false
    )
    return rig.logits
  }

  /// A share of 1 − rate is kept and scaled, so that the mean stays.
  @Test(arguments: [0.1, 0.2, 0.5, 0.9])
  func keepsItsShareAndScalesIt(rate: Double) throws {
    let values = try values(rig(rate, samples: 32), samples: 32)
    let scaled = Float(1 / (1 - rate)) * 3
    #expect(values.allSatisfy { $0 == 0 || $0 == scaled })
    let n = Double(values.count)
    let share = Double(values.count { $0 != 0 }) / n
    #expect(abs(share - (1 - rate)) < 5 * (rate * (1 - rate) / n).squareRoot() + 1e-5)
    // Neighbours, halves of a group of 128 and samples are dropped independently.
    for distance in [1, 15, 16, 64, 128, Self.width] {
      let pairs = zip(values, values.dropFirst(distance))
      let both = Double(pairs.count { $0 != 0 && $1 != 0 }) / Double(values.count - distance)
      #expect(abs(both - (1 - rate) * (1 - rate)) < 5 / n.squareRoot(), "\(distance)")
    }
  }

  @Test func everyStepSampleAndSeedDropsOthers() throws {
    let rig = rig(0.5, samples: 2)
    let first = try values(rig, samples: 2)
    #expect(first.prefix(Self.width) != first.suffix(Self.width))
    let next = try values(rig, samples: 2, step: 1)
    #expect(next != first)
    #expect(try values(rig, samples: 2) == first)
    #expect(try values(self.rig(0.5, samples: 2, seed: 8), samples: 2) != first)
  }

  @Test func isTheIdentityInEvaluationAndWithoutARate() throws {
    #expect(try values(rig(0.5, training: false)).allSatisfy { $0 == 3 })
    #expect(try values(rig(0)).allSatisfy { $0 == 3 })
  }
}
