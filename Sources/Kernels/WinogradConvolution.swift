import Tensors

/// A 3×3 convolution of stride 1 by Winograd's F(4×4, 3×3): transform the tiles, 36 matrix products, transform back.
///
/// Its three parts share a block's memory, which stays in cache. Backward-data is the same convolution of dy with rotated, transposed
/// weights. Values lie as [image][height][width][channels].
public struct WinogradConvolution: Hashable, Sendable {
  /// Which of the two convolutions with one set of weights.
  public enum Direction: Sendable {
    /// Of the input.
    case forward
    /// Of the output's gradient.
    case backwardData
  }

  /// Floats that the transforms of a thread need, over inputs of that shape.
  static func scratch(_ input: ImageShape) -> Int {
    let pixels = 6 * ((input.width + 2 * 2 + 1) / 4 * 4 + 2)
    return (592 + pixels * input.channels + 15) / 16 * 16
  }

  /// Frequencies of a tile.
  public static let frequencies = 36
  /// What it reads.
  public let input: ImageShape
  /// What it writes.
  public let output: ImageShape
  /// The blocks of tiles.
  public let tiling: WinogradTiling
  private let direction: Direction
  private let padding: Int
  /// Output channels of one product.
  private let columns: Int
  /// Floats from one frequency to the next, before and after the products; not a multiple of a page, or all would fall into a few lines of the
  /// first cache.
  private let inputStride: Int
  private let outputStride: Int
  /// Where the tiles lie in a workspace; the products' results overwrite them from the front.
  private let tilesOffset: Int

  /// One direction of a 3×3 convolution of stride 1 and padding 0 to 2.
  public init(_ g: ConvolutionGeometry, _ direction: Direction) {
    precondition(
      g.fitsWinograd && g.stride == 1,
      "Winograd needs a 3×3 kernel of stride 1"
    )
    self.direction = direction
    (input, output) = direction == .forward ? (g.input, g.output) : (g.output, g.input)
    padding = direction == .forward ? g.top : 2 - g.top
    // The transformed tiles and the products of a block stay near half a megabyte.
    tiling = WinogradTiling(
      height: output.height,
      width: output.width,
      limit: max(32, min(128, 4096 / max(input.channels, output.channels)))
    )
    let tiles = tiling.tilesPerBlock
    let fitting = BLAS.quickProduct / (tiles * input.channels) / 16 * 16
    columns = min(output.channels, max(16, min(64, fitting)))
    inputStride = tiles * input.channels + 16
    outputStride = tiles * output.channels + 16
    let last = Self.frequencies - 1
    tilesOffset = max(outputStride, (last + 1) * outputStride - last * inputStride)
  }

  /// Floats of the transformed weights.
  public var weightFloats: Int { Self.frequencies * weightStride }
  /// Floats from one frequency to the next, not a multiple of a page either.
  private var weightStride: Int { (input.channels * output.channels + 15) / 16 * 16 + 16 }
  /// Floats of a thread's workspace.
  public var workspace: Int {
    max(
      Self.weightScratch,
      Self.scratch(input) + tilesOffset + Self.frequencies * inputStride
    )
  }

  // MARK: Weights

  /// Input channels that one item of `transformWeights` takes.
  private static let weightRows = 16
  private var productsPerFrequency: Int { (output.channels + columns - 1) / columns }
  private var weightBlocks: Int { (input.channels + Self.weightRows - 1) / Self.weightRows }
  /// Items of `transformWeights`.
  public var weightItems: Int { productsPerFrequency * weightBlocks }

  /// One item of G g Gᵀ: from [3][3][C][K] to [36][block of output channels][input channel][output channel].
  public func transformWeights(
    _ kernels: KernelSet,
    item: Int,
    _ w: UnsafePointer<Float>,
    into u: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let (block, rows) = item.quotientAndRemainder(dividingBy: weightBlocks)
    let (first, start) = (rows * Self.weightRows, block * columns)
    let count = min(Self.weightRows, input.channels - first)
    let width = min(columns, output.channels - start)
    let pairs = input.channels * output.channels
    let to = u + start * input.channels + first * width
    switch direction {
    case .forward:
      kernels.winogradWeights(
        count,
        width,
        w + first * output.channels + start,
        3 * pairs,
        pairs,
        output.channels,
        1,
        to,
        weightStride,
        width,
        scratch
      )
    case .backwardData:
      // Rotated by reading from the last position backwards.
      kernels.winogradWeights(
        count,
        width,
        w + 8 * pairs + start * input.channels + first,
        -3 * pairs,
        -pairs,
        1,
        input.channels,
        to,
        weightStride,
        width,
        scratch
      )
    }
  }

  // MARK: Images

  /// Convolves `images` images, at most `tiling.images` of them; adds to `y` when `accumulates`.
  ///
  /// `u` holds the transformed weights; `view` says how image i is read.
  public func convolve(
    _ kernels: KernelSet,
    images: Int,
    _ x: UnsafePointer<Float>,
    view: (Int) -> ChannelView,
    weights u: UnsafePointer<Float>,
    into y: UnsafeMutablePointer<Float>,
    accumulates: Bool,
    workspace: UnsafeMutablePointer<Float>
  ) {
    let products = workspace + Self.scratch(input)
    let tiles = products + tilesOffset
    tiling.forEachBlock(of: images) { images, tileRows in
      let perImage = tileRows.count * tiling.columns
      for image in images {
        let seen = view(image)
        kernels.winogradInput(
          input.height,
          input.width,
          input.channels,
          padding,
          tileRows.lowerBound,
          tileRows.upperBound,
          x + image * input.count,
          tiles + image * perImage * input.channels,
          inputStride,
          seen.kind.rawValue,
          seen.scale,
          seen.shift,
          workspace
        )
      }
      multiply(images.count * perImage, tiles, u, into: products)
      for image in images {
        kernels.winogradOutput(
          output.height,
          output.width,
          output.channels,
          tileRows.lowerBound,
          tileRows.upperBound,
          products + image * perImage * output.channels,
          outputStride,
          y + image * output.count,
          accumulates ? 1 : 0,
          workspace
        )
      }
    }
  }

  private func multiply(
    _ count: Int,
    _ tiles: UnsafePointer<Float>,
    _ u: UnsafePointer<Float>,
    into products: UnsafeMutablePointer<Float>
  ) {
    for f in 0..<Self.frequencies {
      var start = 0
      while start < output.channels {
        let width = min(columns, output.channels - start)
        BLAS.multiply(
          m: count,
          n: width,
          k: input.channels,
          tiles + f * inputStride,
          u + f * weightStride + start * input.channels,
          beta: 0,
          into: products + f * outputStride + start,
          pitchC: output.channels
        )
        start += width
      }
    }
  }
}
