/// What a tensor of the layout is, which decides how it is decayed, exported and reduced.
public enum ParameterRole: String, Sendable, Codable, CaseIterable {
  /// The weight of a convolution or dense layer.
  case weight
  /// The factor γ of a normalisation.
  case gain
  /// The constant β that a normalisation adds.
  case shift
  /// The bias of a convolution or dense layer.
  case bias
  /// A running mean or variance: never decayed, never in a bucket.
  case statistic
}

/// How a tensor's elements lie in memory, and so how they are exported.
public enum ParameterStorage: Hashable, Sendable {
  /// Kernel height, kernel width, input channels, output channels (HWIO); exported as OIHW.
  case convolution(height: Int, width: Int, input: Int, output: Int)
  /// Inputs × outputs, the inputs being an image's values in memory order; exported as outputs ×
  /// inputs, these in PyTorch's order (CHW).
  case dense(input: ImageShape, output: Int)
  /// One dimension, exported as it is.
  case vector(Int)

  /// Elements of the tensor.
  public var count: Int {
    switch self {
    case .convolution(let height, let width, let input, let output):
      height * width * input * output
    case .dense(let input, let output): input.count * output
    case .vector(let count): count
    }
  }
}

/// One named tensor and its place in the flat buffer.
public struct ParameterEntry: Hashable, Sendable {
  /// torchvision's name where torchvision has the network: "layer1.0.conv1.weight".
  public let name: String
  /// What it is.
  public let role: ParameterRole
  /// How its elements lie.
  public let storage: ParameterStorage
  /// Its elements in the flat buffer.
  public let range: Range<Int>
}

/// Names every tensor of a model and gives it a range in one flat buffer, in the order in which
/// backward finishes them.
///
/// Trainable tensors come first (`trainable`), then, from the next granule on, the running
/// statistics. A tensor starts at a multiple of 16 elements; the gaps hold zeros for ever. Model,
/// buckets, slices, optimizer state and checkpoints all speak ranges of this layout.
public struct ParameterLayout: Hashable, Sendable {
  /// All tensors in layout order.
  public let entries: [ParameterEntry]
  /// The elements that are trained, gaps included: starts at 0.
  public let trainable: Range<Int>
  /// The running statistics, gaps included; starts at a granule.
  public let statistics: Range<Int>

  /// Lays out `tensors`, given in the order in which backward finishes them; statistics go behind
  /// the rest.
  public init(_ tensors: [(name: String, role: ParameterRole, storage: ParameterStorage)]) {
    var entries: [ParameterEntry] = []
    var end = 0
    func place(_ tensor: (name: String, role: ParameterRole, storage: ParameterStorage)) {
      let range = end..<end + tensor.storage.count
      entries.append(
        ParameterEntry(
          name: tensor.name,
          role: tensor.role,
          storage: tensor.storage,
          range: range
        )
      )
      end = (range.upperBound + 15) / 16 * 16
    }
    for tensor in tensors where tensor.role != .statistic { place(tensor) }
    trainable = 0..<end
    let start = Granules.count(end) * Granules.size
    end = start
    for tensor in tensors where tensor.role == .statistic { place(tensor) }
    statistics = start..<end
    self.entries = entries
  }

  /// Elements of a buffer that holds everything.
  public var count: Int { statistics.upperBound }

  /// The number of trained values, gaps not counted: what people call the parameter count.
  public var parameterCount: Int {
    entries.reduce(0) { $0 + ($1.role == .statistic ? 0 : $1.range.count) }
  }

  /// Granules of the trainable part.
  public var granules: Int { Granules.count(trainable.count) }

  /// The tensor of that name.
  public subscript(name: String) -> ParameterEntry? { entries.first { $0.name == name } }
}
