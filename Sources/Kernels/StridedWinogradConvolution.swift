import Tensors

/// A 3×3 convolution of stride 2 by a Winograd transform of its odd pixels: transform the tiles, 36 matrix products, transform back.
///
/// 81 multiplications make 4×4 outputs, which take 144 by definition. Backward-data reads dy as if every pixel were an odd and an even one,
/// meets the same weights rotated and transposed, and spreads the two halves over dx. Values lie as [image][height][width][channels].
public struct StridedWinogradConvolution: Hashable, Sendable {
  /// Floats that the transforms of a thread need.
  static let scratch = 2016
  /// Transformed weights of a pair of channels.
  static let weights = 36

  /// What it reads.
  public let input: ImageShape
  /// What it writes.
  public let output: ImageShape
  /// The blocks of tiles.
  public let tiling: WinogradTiling
  private let direction: WinogradConvolution.Direction
  /// Pixels between the first tile's corner and the image's, of what is read and of what is written.
  private let inputBefore: Int
  private let outputBefore: Int
  /// Output channels and rows of one product.
  private let columns: Int
  private let rows: Int
  /// Floats for each of a tile's values, before and after the products; not a multiple of a page, or all would fall into a few lines of the
  /// first cache.
  private let inputStride: Int
  private let outputStride: Int
  /// Where the tiles lie in a workspace; the products' results overwrite them from the front.
  private let tilesOffset: Int

  /// One direction of a 3×3 convolution of stride 2 and padding 0 to 2.
  public init(_ g: ConvolutionGeometry, _ direction: WinogradConvolution.Direction) {
    precondition(
      g.fitsWinograd && g.stride == 2,
      "this is Winograd for a 3×3 kernel of stride 2"
    )
    self.direction = direction
    let limit = max(g.input.channels, g.output.channels) > 64 ? 32 : 64
    switch direction {
    case .forward:
      (input, output) = (g.input, g.output)
      (inputBefore, outputBefore) = (g.top, 0)
      tiling = WinogradTiling(height: output.height, width: output.width, limit: limit)
    case .backwardData:
      (input, output) = (g.output, g.input)
      // Without zeros before it the first pixel of x is an odd one, the last of a tile before the first output.
      (inputBefore, outputBefore) = g.top == 0 ? (4, 7) : (0, g.top - 1)
      tiling = WinogradTiling(
        height: (output.height + outputBefore + 1) / 2,
        width: (output.width + outputBefore + 1) / 2,
        limit: limit
      )
    }
    let (tiles, quick) = (tiling.tilesPerBlock, BLAS.quickProduct)
    columns = min(output.channels, max(16, min(64, quick / (tiles * input.channels) / 16 * 16)))
    rows = max(8, quick / (columns * input.channels) / 8 * 8)
    inputStride = tiles * input.channels + 16
    outputStride = tiles * output.channels + 16
    tilesOffset = StridedWinogradMatrix.distance(from: inputStride, to: outputStride)
  }

  /// Floats of the transformed weights.
  public var weightFloats: Int { Self.weights * weightStride }
  /// Floats from one transformed weight to the next, not a multiple of a page either.
  private var weightStride: Int { (input.channels * output.channels + 15) / 16 * 16 + 16 }
  /// Floats of a thread's workspace.
  public var workspace: Int {
    max(
      Self.weightScratch,
      Self.scratch + tilesOffset + StridedWinogradMatrix.valuesPerTile * inputStride
    )
  }

  // MARK: Weights

  /// Input channels that one item of `transformWeights` takes.
  private static let weightRows = 16
  private var weightBlocks: Int { (input.channels + Self.weightRows - 1) / Self.weightRows }
  /// Items of `transformWeights`.
  public var weightItems: Int { (output.channels + columns - 1) / columns * weightBlocks }

  /// One item of the transform of the weights: from [3][3][C][K] to [36][block of output channels][input channel][output channel].
  public func transformWeights(
    _ kernels: KernelSet,
    item: Int,
    _ w: UnsafePointer<Float>,
    into u: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let (block, part) = item.quotientAndRemainder(dividingBy: weightBlocks)
    let (first, start) = (part * Self.weightRows, block * columns)
    let width = min(columns, output.channels - start)
    let pairs = input.channels * output.channels
    let isForward = direction == .forward
    // Backward-data reads the kernel rotated, from its last position backwards.
    let from =
      isForward ? first * output.channels + start : 8 * pairs + start * input.channels + first
    kernels.stridedWinogradWeights(
      min(Self.weightRows, input.channels - first),
      width,
      w + from,
      isForward ? 3 * pairs : -3 * pairs,
      isForward ? pairs : -pairs,
      isForward ? output.channels : 1,
      isForward ? 1 : input.channels,
      u + start * input.channels + first * width,
      weightStride,
      width,
      scratch
    )
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
    let products = workspace + Self.scratch
    let tiles = products + tilesOffset
    tiling.forEachBlock(of: images) { images, tileRows in
      let perImage = tileRows.count * tiling.columns
      for image in images {
        let seen = view(image)
        kernels.stridedWinogradInput(
          input.height,
          input.width,
          input.channels,
          direction == .forward ? 8 : 4,
          inputBefore,
          tiling.columns,
          tileRows.lowerBound,
          tileRows.upperBound,
          image * perImage,
          x + image * input.count,
          tiles,
          inputStride,
          seen.kind.rawValue,
          seen.scale,
          seen.shift,
          workspace
        )
      }
      multiply(images.count * perImage, tiles, u, into: products)
      for image in images {
        write(
          kernels,
          tileRows,
          image * perImage,
          products,
          y + image * output.count,
          accumulates,
          workspace
        )
      }
    }
  }

  private func write(
    _ kernels: KernelSet,
    _ tileRows: Range<Int>,
    _ number: Int,
    _ products: UnsafePointer<Float>,
    _ image: UnsafeMutablePointer<Float>,
    _ accumulates: Bool,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    switch direction {
    case .forward:
      kernels.stridedWinogradOutput(
        output.height,
        output.width,
        output.channels,
        tileRows.lowerBound,
        tileRows.upperBound,
        number,
        products,
        outputStride,
        image,
        accumulates ? 1 : 0,
        scratch
      )
    case .backwardData:
      kernels.stridedWinogradSpread(
        output.height,
        output.width,
        output.channels,
        outputBefore,
        tiling.columns,
        tileRows.lowerBound,
        tileRows.upperBound,
        number,
        products,
        outputStride,
        image,
        accumulates ? 1 : 0,
        scratch
      )
    }
  }

  private func multiply(
    _ count: Int,
    _ tiles: UnsafePointer<Float>,
    _ u: UnsafePointer<Float>,
    into products: UnsafeMutablePointer<Float>
  ) {
    let (inputs, outputs) = (input.channels, output.channels)
    for matrix in StridedWinogradMatrix.all {
      let a = tiles + matrix.first * inputStride
      let b = u + matrix.weight * weightStride
      let c = products + matrix.first * outputStride
      for start in stride(from: 0, to: outputs, by: columns) {
        for row in stride(from: 0, to: matrix.rows * count, by: rows) {
          BLAS.multiply(
            m: min(rows, matrix.rows * count - row),
            n: min(columns, outputs - start),
            k: inputs,
            a + row * inputs,
            b + start * inputs,
            beta: 0,
            into: c + row * outputs + start,
            pitchC: outputs
          )
        }
      }
    }
  }
}
