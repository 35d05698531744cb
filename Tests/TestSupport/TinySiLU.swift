import Networks
import Tensors

/// The network of Tests/Goldens/tiny-silu.json: two convolutions with BatchNorm and SiLU.
public func tinySiLU() -> Model {
  var net = ModelBuilder(input: ImageShape(height: 8, width: 8, channels: 3))
  var x = net.add("conv1", Convolution(outputs: 4, kernel: 3, padding: 1), net.input)
  x = net.add("bn1", BatchNorm(), x)
  x = net.add("silu1", SiLU(), x)
  x = net.add("conv2", Convolution(outputs: 6, kernel: 3, stride: 2, padding: 1), x)
  x = net.add("bn2", BatchNorm(), x)
  x = net.add("silu2", SiLU(), x)
  x = net.add("avgpool", GlobalAveragePool(), x)
  _ = net.add("fc", Dense(outputs: 5), x)
  return net.model("tiny-silu")
}

/// A tensor of a golden file: PyTorch's parameter order (OIHW, outputs × inputs), NHWC for images.
public struct GoldenTensor: Decodable, Sendable {
  /// Row-major sizes.
  public let shape: [Int]
  /// The elements, last index fastest.
  public let values: [Double]

  private enum CodingKeys: CodingKey { case shape, values, parts }

  /// A tensor of these elements.
  public init(shape: [Int], values: [Double]) { (self.shape, self.values) = (shape, values) }

  /// Reads the elements, or integers and what to divide them by.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    shape = try fields.decode([Int].self, forKey: .shape)
    let parts = try fields.decodeIfPresent(Double.self, forKey: .parts) ?? 1
    values = try fields.decode([Double].self, forKey: .values).map { $0 / parts }
  }

  /// The elements as Float32.
  public var floats: [Float] { values.map(Float.init) }

  /// The elements as they lie in the flat buffer.
  public func inMemoryOrder(_ storage: ParameterStorage) -> [Double] {
    switch storage {
    case .vector: return values
    case .dense(let input, let output):
      return (0..<input.count * output).map {
        let (i, o) = $0.quotientAndRemainder(dividingBy: output)
        let (pixel, channel) = i.quotientAndRemainder(dividingBy: input.channels)
        return values[o * input.count + channel * input.pixels + pixel]
      }
    case .convolution(let height, let width, let input, let output):
      return (0..<values.count).map {
        let (pixel, channels) = $0.quotientAndRemainder(dividingBy: input * output)
        let (i, o) = channels.quotientAndRemainder(dividingBy: output)
        return values[(o * input + i) * height * width + pixel]
      }
    }
  }
}

/// Everything PyTorch computed for `tinySiLU` in Float64; tensors by PyTorch's names.
public struct TinySiLUGolden: Decodable, Sendable {
  /// Loss and gradients of the mean loss over the batch.
  public struct Loss: Decodable, Sendable {
    /// The smoothing of the labels.
    public let labelSmoothing: Double
    /// The mean over the batch.
    public let loss: Double
    /// By parameter.
    public let gradients: [String: GoldenTensor]
  }

  /// Forward and backward in training mode, before any update.
  public struct Training: Decodable, Sendable {
    /// With statistics of the batch.
    public let logits: GoldenTensor
    /// Without smoothing.
    public let plain: Loss
    /// With smoothing.
    public let smoothed: Loss
    /// The running statistics after one forward.
    public let running: [String: GoldenTensor]
  }

  /// Forward with the running statistics of `Training.running`.
  public struct Evaluation: Decodable, Sendable {
    /// The logits.
    public let logits: GoldenTensor
  }

  /// Five steps of PyTorch's AdamW without smoothing.
  public struct AdamW: Decodable, Sendable {
    /// The learning rate.
    public let lr: Double
    /// β₁.
    public let beta1: Double
    /// β₂.
    public let beta2: Double
    /// ε.
    public let eps: Double
    /// λ of the paper: PyTorch's weight decay times the learning rate.
    public let lambda: Double
    /// What followed.
    public let course: Course
    private enum CodingKeys: CodingKey { case lr, beta1, beta2, eps, lambda }

    /// Reads settings and course, which lie side by side.
    public init(from decoder: any Decoder) throws {
      let c = try decoder.container(keyedBy: CodingKeys.self)
      lr = try c.decode(Double.self, forKey: .lr)
      beta1 = try c.decode(Double.self, forKey: .beta1)
      beta2 = try c.decode(Double.self, forKey: .beta2)
      eps = try c.decode(Double.self, forKey: .eps)
      lambda = try c.decode(Double.self, forKey: .lambda)
      course = try Course(from: decoder)
    }
  }

  /// Five steps of PyTorch's SGD with momentum, without smoothing or decay.
  public struct SGD: Decodable, Sendable {
    /// The learning rate.
    public let lr: Double
    /// The factor of the old velocity.
    public let momentum: Double
    /// What followed.
    public let course: Course
    private enum CodingKeys: CodingKey { case lr, momentum }

    /// Reads settings and course, which lie side by side.
    public init(from decoder: any Decoder) throws {
      let c = try decoder.container(keyedBy: CodingKeys.self)
      lr = try c.decode(Double.self, forKey: .lr)
      momentum = try c.decode(Double.self, forKey: .momentum)
      course = try Course(from: decoder)
    }
  }

  /// What five steps on the one batch did.
  public struct Course: Decodable, Sendable {
    /// The loss before each step.
    public let losses: [Double]
    /// The loss after the last.
    public let lossAfter: Double
    /// The parameters after one step.
    public let afterStep1: [String: GoldenTensor]
    /// The parameters after five.
    public let afterStep5: [String: GoldenTensor]
    /// The running statistics after five.
    public let runningAfterStep5: [String: GoldenTensor]
  }

  /// The number of classes.
  public let classes: Int
  /// BatchNorm's ε.
  public let bnEps: Double
  /// BatchNorm's momentum.
  public let bnMomentum: Double
  /// The batch, NHWC.
  public let images: GoldenTensor
  /// Its labels.
  public let labels: [Int]
  /// The first values.
  public let parameters: [String: GoldenTensor]
  /// In training mode.
  public let training: Training
  /// In evaluation mode.
  public let evaluation: Evaluation
  /// AdamW from the first values on.
  public let adamw: AdamW
  /// SGD from the first values on.
  public let sgd: SGD

  /// Reads Tests/Goldens/tiny-silu.json.
  public static func read() throws -> TinySiLUGolden { try readGolden("tiny-silu.json") }

  /// Writes the first values of the trained tensors; running statistics become mean 0, variance 1.
  public func install(_ layout: ParameterLayout, into buffer: FloatBuffer) {
    parameters.install(layout, into: buffer)
  }
}

extension [String: GoldenTensor] {
  /// Writes these tensors; of the others, running variances become 1 and the rest 0.
  public func install(_ layout: ParameterLayout, into buffer: FloatBuffer) {
    for entry in layout.entries {
      let fresh: Double = entry.name.hasSuffix("running_var") ? 1 : 0
      let values =
        self[entry.name]?.inMemoryOrder(entry.storage)
        ?? Array(repeating: fresh, count: entry.range.count)
      for (i, value) in zip(entry.range, values) { buffer.base[i] = Float(value) }
    }
  }
}
