import Kernels
import Networks
import Tensors

/// Times the three passes of single convolutions in every way they can be computed, as a step
/// computes them.
public struct ConvolutionBench {
  /// The sizes of a convolution over square images, with a padding of half the kernel.
  public struct Layer: Hashable, Sendable {
    /// Input channels.
    public let channels: Int
    /// Output channels.
    public let outputs: Int
    /// Height and width of the input.
    public let size: Int
    /// Kernel height and width.
    public let kernel: Int
    /// Step between output pixels.
    public let stride: Int

    /// A convolution of these sizes.
    public init(channels: Int, outputs: Int, size: Int, kernel: Int, stride: Int) {
      (self.channels, self.outputs, self.size) = (channels, outputs, size)
      (self.kernel, self.stride) = (kernel, stride)
    }

    fileprivate var operation: Convolution {
      Convolution(outputs: outputs, kernel: kernel, stride: stride, padding: .zeros(kernel / 2))
    }

    fileprivate var geometry: ConvolutionGeometry {
      operation.geometry(ImageShape(height: size, width: size, channels: channels))
    }
  }

  /// What a step does with a convolution.
  public enum Pass: String, CaseIterable, Sendable, Encodable {
    /// The output.
    case forward
    /// The gradient of the input.
    case backwardData = "backward-data"
    /// The gradient of the weights.
    case backwardWeights = "backward-weights"
  }

  /// One layer computed one way.
  public struct Row: Sendable {
    /// The sizes.
    public let layer: Layer
    /// The way.
    public let algorithm: ConvolutionAlgorithm
    /// Whether `--conv auto` takes it.
    public let isAuto: Bool
    /// The median seconds of each pass, over a whole batch.
    public let seconds: [Pass: Double]
    /// What a direct convolution of the batch computes in one pass.
    let operations: Double

    /// Effective GFLOP/s: operations of a direct convolution over time.
    public func gflops(_ pass: Pass) -> Double { operations / (seconds[pass] ?? 0) / 1e9 }
    /// Seconds of all passes.
    public var total: Double { seconds.values.reduce(0, +) }
  }

  /// Every convolution of some catalog networks over 32×32 images, each once.
  ///
  /// Throws `Failure` (.usage) for a network that the catalog lacks.
  public static func layers(of models: [String]) throws -> [Layer] {
    var layers: [Layer] = []
    for name in models {
      let shape = ImageShape(height: 32, width: 32, channels: 3)
      let model = try ModelCatalog.model(name, input: shape, classes: 10)
      for node in model.nodes {
        guard let convolution = node.operation as? Convolution else { continue }
        let input = model.inputShapes(node)[0]
        let layer = Layer(
          channels: input.channels,
          outputs: convolution.outputs,
          size: input.height,
          kernel: convolution.kernel,
          stride: convolution.stride
        )
        if !layers.contains(layer) { layers.append(layer) }
      }
    }
    return layers
  }

  private let batch: Int
  private let lanes: Int
  private let repeats: Int
  private let team: ThreadTeam
  private let level: KernelLevel

  /// A bench of batches of `batch` images in `lanes` lanes.
  public init(batch: Int, lanes: Int, repeats: Int, team: ThreadTeam, level: KernelLevel) {
    (self.batch, self.lanes, self.repeats) = (batch, lanes, repeats)
    (self.team, self.level) = (team, level)
  }

  /// Times a layer by every algorithm that fits it; no rank takes part, so nothing is thrown in
  /// practice.
  public func rows(_ layer: Layer) throws -> [Row] {
    let auto = ConvolutionChoice.auto.algorithm(layer.geometry)
    return try ConvolutionAlgorithm.allCases.filter { $0.fits(layer.geometry) }.map {
      try row(layer, $0, isAuto: $0 == auto)
    }
  }

  private func row(_ layer: Layer, _ way: ConvolutionAlgorithm, isAuto: Bool) throws -> Row {
    let network = network(layer, ConvolutionChoice(way))
    let names = network.stageNames.map(\.kernel)
    let recorder = LoopRecorder(members: team.size, capacity: names.count)
    team.recorder = recorder
    defer { team.recorder = nil }
    var times: [Pass: [Double]] = [:]
    // The first one warms caches.
    for number in 0...repeats {
      fill(network)
      recorder.clear()
      recorder.isOn = true
      try network.forward()
      try network.backward { _ in }
      if number == 0 { continue }
      for (pass, seconds) in Self.passes(recorder, names) {
        times[pass, default: []].append(seconds)
      }
    }
    return Row(
      layer: layer,
      algorithm: way,
      isAuto: isAuto,
      seconds: times.mapValues { $0.sorted()[$0.count / 2] },
      operations: 2 * Double(batch) * Double(layer.geometry.multiplyAdds)
    )
  }

  /// The seconds of each pass in a step: transforms of weights and sums over lanes belong to it.
  private static func passes(_ recorder: LoopRecorder, _ names: [String]) -> [Pass: Double] {
    var (sums, pass) = ([Pass: Double](), Pass?.some(.forward))
    for index in 0..<recorder.count {
      let name = names[recorder[index].label]
      switch name {
      case "convolution.forward": pass = .forward
      case "convolution.backward-weights": pass = .backwardWeights
      case "convolution.backward-data": pass = .backwardData
      case "convolution.weights": pass = pass == .backwardWeights ? .backwardData : .forward
      case "gradient.lanes" where pass == .backwardWeights: break
      default: pass = nil
      }
      guard let pass else { continue }
      let nanoseconds = recorder[index].finish - recorder.interval(index, member: 0).begin
      sums[pass, default: 0] += Double(nanoseconds) / 1e9
    }
    return sums
  }

  /// The convolution between a copy of the images, so that it has an input gradient, and a loss;
  /// every stage by itself.
  private func network(_ layer: Layer, _ convolutions: ConvolutionChoice) -> Network {
    let image = ImageShape(height: layer.size, width: layer.size, channels: layer.channels)
    var net = ModelBuilder(input: image)
    var x = net.add("copy", Subsample(stride: 1), net.input)
    x = net.add("conv", layer.operation, x)
    x = net.add("pool", GlobalAveragePool(), x)
    _ = net.add("fc", Dense(outputs: 2), x)
    let model = net.model("bench")
    let parameters = FloatBuffer(count: model.layout.count)
    model.initialize(parameters, seed: 1)
    let batch = BatchLayout(lanes: lanes, held: 0..<lanes, fullBatch: batch)
    return Network(
      model,
      batch: batch,
      mode: .training(.parts(1)),
      parameters: parameters,
      gradients: batch.nodes.map { _ in FloatBuffer(count: model.layout.trainable.count) },
      smoothing: 0,
      team: team,
      kernels: KernelSet(level),
      crossLane: nil,
      options: NetworkOptions(convolutions: convolutions, fusions: [])
    )
  }

  /// Noise; anew each time, since a step may use the images' memory for something else.
  private func fill(_ network: Network) {
    let count = network.model.input.count
    team.run(network.batch.localSamples) { sample, _ in
      var state = UInt64(sample + 1) &* 0x9E37_79B9_7F4A_7C15
      let image = network.images + sample * count
      for i in 0..<count {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        image[i] = Float(state >> 40) * 0x1p-23 - 1
      }
      network.targets[sample] = SampleTarget(sample % 2)
    }
  }
}
