import CKernels
import Tensors

/// One direction of a 3×3 convolution by Winograd: transform the tiles, 36 matrix products,
/// transform back.
///
/// Its three parts share a block's memory, which stays in cache. Backward-data is the same
/// convolution of dy with rotated, transposed weights. Values lie as
/// [image][height][width][channels].
public struct WinogradConvolution: Sendable {
  /// Which of the two convolutions with one set of weights.
  public enum Direction: Sendable {
    /// Of the input.
    case forward
    /// Of the output's gradient.
    case backwardData
  }

  /// What it reads.
  public let input: ImageShape
  /// What it writes.
  public let output: ImageShape
  /// The blocks of tiles.
  public let tiling: WinogradTiling
  private let transform: WinogradTransform
  private let direction: Direction
  private let grids: (input: WinogradTransform.Grid, output: WinogradTransform.Grid)
  /// Output channels and rows of one product.
  private let columns: Int
  private let rows: Int
  /// Floats for each of a tile's values, before and after the products; not a multiple of a page,
  /// or all would fall into a few lines of the first cache.
  private let inputStride: Int
  private let outputStride: Int
  /// Where the tiles lie in a workspace; the products' results overwrite them from the front.
  private let tilesOffset: Int

  /// One direction of a convolution that fits Winograd; traps when it does not.
  public init(_ g: ConvolutionGeometry, _ direction: Direction) {
    let transform = WinogradTransform(g)
    (self.transform, self.direction) = (transform, direction)
    (input, output) = direction == .forward ? (g.input, g.output) : (g.output, g.input)
    grids = transform.grids(g, direction)
    tiling = WinogradTiling(
      over: output,
      grids.output,
      limit: transform.blockLimit(channels: max(input.channels, output.channels))
    )
    let (tiles, quick) = (tiling.tilesPerBlock, BLAS.quickProduct)
    columns = min(output.channels, max(16, min(64, quick / (tiles * input.channels) / 16 * 16)))
    // A plain block is one product for each weight.
    rows =
      transform == .plain ? tiles : max(8, quick / (columns * input.channels) / 8 * 8)
    let (from, to) = (tiles * input.channels + 16, tiles * output.channels + 16)
    (inputStride, outputStride) = (from, to)
    tilesOffset = transform.matrices.map { ($0.first + $0.rows) * to - $0.first * from }.max() ?? 0
  }

  /// Floats of the transformed weights.
  public var weightFloats: Int { WinogradTransform.weights * weightStride }
  /// Floats from one transformed weight to the next, not a multiple of a page either.
  private var weightStride: Int { (input.channels * output.channels + 15) / 16 * 16 + 16 }
  /// Floats that `transformWeights` needs.
  public static var weightScratch: Int { WinogradTransform.weightScratch }
  /// Floats of a thread's workspace, for `transformWeights` too.
  public var workspace: Int {
    max(
      Self.weightScratch,
      transform.scratch(input) + tilesOffset + transform.valuesPerTile * inputStride
    )
  }

  // MARK: Weights

  /// Input channels that one item of `transformWeights` takes.
  private static let weightRows = 16
  private var weightBlocks: Int { (input.channels + Self.weightRows - 1) / Self.weightRows }
  /// Items of `transformWeights`.
  public var weightItems: Int { (output.channels + columns - 1) / columns * weightBlocks }

  /// One item of the transform of the weights: from [3][3][C][K] to [36][block of output
  /// channels][input channel][output channel].
  ///
  /// `scratch` holds `weightScratch` floats.
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
    let weights = WeightBlock(
      rows: min(Self.weightRows, input.channels - first),
      columns: width,
      rowStep: isForward ? 3 * pairs : -3 * pairs,
      columnStep: isForward ? pairs : -pairs,
      outer: isForward ? output.channels : 1,
      inner: isForward ? 1 : input.channels,
      stride: weightStride,
      pitch: width
    )
    let to = u + start * input.channels + first * width
    transform.kernels(kernels).weights(weights, w + from, to, scratch)
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
    let products = workspace + transform.scratch(input)
    let tiles = products + tilesOffset
    let kernels = transform.kernels(kernels)
    let write = direction == .forward ? kernels.output : kernels.inputGradient
    tiling.forEachBlock(of: images) { images, tileRows in
      let perImage = tileRows.count * tiling.columns
      for image in images {
        let place = ImageTiles(
          input,
          tileRows,
          tiling,
          grids.input,
          number: image * perImage,
          stride: inputStride
        )
        kernels.input(place, x + image * input.count, view(image), tiles, workspace)
      }
      multiply(images.count * perImage, tiles, u, into: products)
      for image in images {
        let place = ImageTiles(
          output,
          tileRows,
          tiling,
          grids.output,
          number: image * perImage,
          stride: outputStride
        )
        write(place, products, y + image * output.count, accumulates, workspace)
      }
    }
  }

  /// The products of `count` tiles, cut so that each is a quick one.
  private func multiply(
    _ count: Int,
    _ tiles: UnsafePointer<Float>,
    _ u: UnsafePointer<Float>,
    into products: UnsafeMutablePointer<Float>
  ) {
    let (inputs, outputs) = (input.channels, output.channels)
    for matrix in transform.matrices {
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
