import Kernels
import Tensors

/// Which way convolutions are computed (`--conv`).
public enum ConvolutionChoice: String, CaseIterable, Sendable, Codable {
  /// What measures best, by the table below.
  case auto
  /// Winograd wherever it fits.
  case winograd
  /// Patches times weights everywhere.
  case direct

  /// One algorithm wherever it fits.
  package init(_ algorithm: ConvolutionAlgorithm) {
    switch algorithm {
    case .direct: self = .direct
    case .winograd: self = .winograd
    }
  }

  /// The way for a convolution: a pure function of its sizes.
  package func algorithm(_ g: ConvolutionGeometry) -> ConvolutionAlgorithm {
    guard ConvolutionAlgorithm.winograd.fits(g) else { return .direct }
    switch self {
    case .auto: return Self.measured(g)
    case .winograd: return .winograd
    case .direct: return .direct
    }
  }

  /// Direct is best for images up to `size` high and wide and up to `channels` channels, the fewer
  /// of input and output; the first row that fits the size counts, and whatever is larger is for
  /// Winograd.
  ///
  /// From `env -u OPENBLAS_CORETYPE taskset -c 0 adamw-ddp bench conv --channels C --outputs C
  /// --size S --batch-size 64 --lanes 1 --threads 1 --json`, C from 3 to 256, S from 2 to 32 (16
  /// images for S of 16 and 32; up to 32 channels also with --kernels avx2 and baseline), by the
  /// sum of the three passes. Direct takes this many times as long as Winograd: 2×2 pixels, 3 to 12
  /// channels 0.4 to 0.9, 32 channels 0.3 to 0.9, 64 to 256 channels 1.3 to 1.6; from 4×4 pixels, 8
  /// channels 0.8 to 1, 12 channels 1 to 1.3 with avx512 but 0.2 or less with the others, 16
  /// channels and more 1.3 to 4. One table for all levels keeps their bits the same.
  private static let directUpTo: [(size: Int, channels: Int)] = [(2, 32), (.max, 15)]

  /// What measures best where Winograd fits.
  private static func measured(_ g: ConvolutionGeometry) -> ConvolutionAlgorithm {
    let size = max(g.output.height, g.output.width)
    let channels = min(g.input.channels, g.output.channels)
    if !fillsTiles(g) { return .direct }
    let row = Self.directUpTo.first { size <= $0.size }
    return row.map { channels <= $0.channels } ?? false ? .direct : .winograd
  }

  /// Each convolution of a model by name, with the way it is computed, in the order of forward.
  public func algorithms(of model: Model) -> [(name: String, algorithm: ConvolutionAlgorithm)] {
    decided(model).nodes.compactMap { node in
      (node.operation as? Convolution).map { (node.name, $0.algorithm) }
    }
  }

  /// Whether tiles of 4×4 outputs that reach beyond the image leave a gain: with a stride of 2 a
  /// whole one saves 63 of 144 multiplications.
  private static func fillsTiles(_ g: ConvolutionGeometry) -> Bool {
    let tiles = ((g.output.height + 3) / 4) * ((g.output.width + 3) / 4)
    return g.stride == 1 || 81 * tiles < 7 * g.output.pixels
  }

  /// The model with every convolution's way decided.
  func decided(_ model: Model) -> Model {
    let nodes = model.nodes.map { node in
      guard var convolution = node.operation as? Convolution else { return node }
      convolution.algorithm = algorithm(convolution.geometry(model.inputShapes(node)[0]))
      return node.with(convolution)
    }
    return Model(name: model.name, nodes: nodes)
  }
}
