import Networks
import Tensors
import TestSupport
import Testing

struct InitializationTests {
  private let model: Model = {
    var net = ModelBuilder(input: ImageShape(height: 8, width: 8, channels: 16))
    var x = net.add("conv1", Convolution(outputs: 64, kernel: 3, padding: 1), net.input)
    x = net.add("bn1", BatchNorm(), x)
    x = net.add("conv2", Convolution(outputs: 64, kernel: 1, bias: true), x)
    x = net.add("conv3", Convolution(outputs: 16, kernel: 3, padding: 1, weights: .heFanIn), x)
    let glorot = WeightInitialization.glorotUniform
    x = net.add("conv4", Convolution(outputs: 64, kernel: 3, padding: 1, weights: glorot), x)
    x = net.add("fc", Dense(outputs: 100), x)
    _ = net.add("glorot", Dense(outputs: 200, weights: glorot), x)
    return net.model("sample")
  }()

  private func initialized(seed: UInt64) -> FloatBuffer {
    let buffer = FloatBuffer(count: model.layout.count)
    // What is there before must not matter, the gaps excepted.
    for entry in model.layout.entries { buffer.elements[entry.range].update(repeating: 99) }
    model.initialize(buffer, seed: seed)
    return buffer
  }

  private func values(_ buffer: FloatBuffer, _ name: String) throws -> [Double] {
    try #require(model.layout[name]).range.map { Double(buffer.base[$0]) }
  }

  @Test func constants() throws {
    let buffer = initialized(seed: 1)
    for (name, value) in [
      ("bn1.weight", 1.0), ("bn1.bias", 0), ("bn1.running_mean", 0), ("bn1.running_var", 1),
      ("conv2.bias", 0), ("fc.bias", 0),
    ] {
      #expect(try values(buffer, name).allSatisfy { $0 == value }, "\(name)")
    }
  }

  /// Normal with deviation √(2 / fan), fan-out being kernel² · outputs and fan-in, of the third,
  /// kernel² · inputs.
  @Test(arguments: [("conv1.weight", 9 * 64), ("conv2.weight", 64), ("conv3.weight", 9 * 64)])
  func convolutionsAreNormal(name: String, fan: Int) throws {
    let weights = try values(initialized(seed: 2), name)
    let n = Double(weights.count)
    let deviation = (2 / Double(fan)).squareRoot()
    let mean = weights.reduce(0, +) / n
    let variance = weights.reduce(0) { $0 + $1 * $1 } / n
    #expect(abs(mean) < 5 * deviation / n.squareRoot())
    #expect(abs(variance / (deviation * deviation) - 1) < 5 * (2 / n).squareRoot())
    #expect(weights.contains { abs($0) > 2.5 * deviation })
  }

  /// Uniform within ±1/√inputs, or Glorot and Bengio's ±√(6 / (fan-in + fan-out)).
  @Test(arguments: [
    ("fc.weight", 1, 64 * 64), ("glorot.weight", 6, 100 + 200), ("conv4.weight", 6, 9 * (16 + 64)),
  ])
  func weightsAreUniform(name: String, over: Int, fans: Int) throws {
    let weights = try values(initialized(seed: 3), name)
    let bound = (Double(over) / Double(fans)).squareRoot()
    #expect(weights.allSatisfy { abs($0) <= bound * 1.0000001 })
    let variance = weights.reduce(0) { $0 + $1 * $1 } / Double(weights.count)
    #expect(abs(variance / (bound * bound / 3) - 1) < 0.05)
    #expect((weights.max() ?? 0) > 0.99 * bound && (weights.min() ?? 0) < -0.99 * bound)
  }

  @Test func tensorsAndSeedsDiffer() throws {
    let (one, same, other) = (initialized(seed: 4), initialized(seed: 4), initialized(seed: 5))
    #expect(one.elements.elementsEqual(same.elements))
    #expect(try values(one, "conv1.weight") != values(other, "conv1.weight"))
    let (first, second) = (try values(one, "conv1.weight"), try values(one, "conv2.weight"))
    // Another tensor is another stream, not the same one scaled.
    let ratios = zip(first, second).prefix(10).map { $0 / $1 }
    #expect(ratios.contains { abs($0 - ratios[0]) > 1e-3 })
  }
}
