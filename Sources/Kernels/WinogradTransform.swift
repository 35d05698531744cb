import CKernels
import Tensors

/// Winograd's two transforms of a 3×3 convolution, by the convolution's stride, and all that
/// differs between them.
enum WinogradTransform: Sendable {
  /// Of stride 1: F(4×4, 3×3), 36 multiplications for 4×4 outputs, which take 144 by definition.
  case plain
  /// Of stride 2: F(4, 2) of the odd pixels, 81 multiplications. Backward-data reads dy as if every
  /// pixel were an odd and an even one.
  case strided

  /// How tiles lie in an image: tile (i, j) begins at pixel (step·i − before, step·j − before).
  typealias Grid = (step: Int, before: Int)

  /// Those of a tile's values that meet the same transformed weight: a few rows of one matrix
  /// product.
  struct Matrix {
    /// Which of the 36 transformed weights.
    let weight: Int
    /// Values of a tile that lie before these.
    let first: Int
    /// How many of a tile's values these are.
    let rows: Int
  }

  /// Transformed weights of a pair of channels.
  static let weights = 36
  /// Floats that the transforms of weights need: one pair's way, and sixteen by sixteen pairs'
  /// weights that are read across.
  static let weightScratch = 288 + 10 * 256

  private static let plainMatrices = (0..<weights).map { Matrix(weight: $0, first: $0, rows: 1) }
  /// The even pixels of a dimension share one weight, the odd ones' five frequencies have one each;
  /// StridedTile.swift says where they lie.
  private static let stridedMatrices: [Matrix] =
    [Matrix(weight: 0, first: 0, rows: 16)]
    + (0..<5).map { Matrix(weight: 1 + $0, first: 16 + 4 * $0, rows: 4) }
    + (0..<5).map { Matrix(weight: 6 + 6 * $0, first: 36 + 4 * $0, rows: 4) }
    + (0..<25).map { Matrix(weight: 7 + $0 / 5 * 6 + $0 % 5, first: 56 + $0, rows: 1) }

  /// That of a convolution, which must fit Winograd.
  init(_ g: ConvolutionGeometry) {
    precondition(g.fitsWinograd, "Winograd needs a 3×3 kernel of stride 1 or 2")
    self = g.stride == 1 ? .plain : .strided
  }

  /// Its kernels.
  func kernels(_ set: KernelSet) -> WinogradKernels {
    self == .plain ? set.winograd : set.stridedWinograd
  }

  /// All of them, in the order in which they lie.
  var matrices: [Matrix] { self == .plain ? Self.plainMatrices : Self.stridedMatrices }

  /// Values of a tile.
  var valuesPerTile: Int { self == .plain ? 36 : 81 }

  /// Floats that the transforms of a thread need, over inputs of that shape.
  func scratch(_ input: ImageShape) -> Int {
    if self == .strided { return 2016 }
    let pixels = 6 * ((input.width + 2 * 2 + 1) / 4 * 4 + 2)
    return (592 + pixels * input.channels + 15) / 16 * 16
  }

  /// How tiles lie in what a direction of a convolution reads and in what it writes.
  func grids(
    _ g: ConvolutionGeometry,
    _ direction: WinogradConvolution.Direction
  ) -> (input: Grid, output: Grid) {
    switch (self, direction) {
    case (.plain, .forward): return ((4, g.top), (4, 0))
    case (.plain, .backwardData): return ((4, 2 - g.top), (4, 0))
    case (.strided, .forward): return ((8, g.top), (4, 0))
    // Without zeros before it the first pixel of x is an odd one, the last of a tile before the
    // first output.
    case (.strided, .backwardData) where g.top == 0: return ((4, 4), (8, 7))
    case (.strided, .backwardData): return ((4, 0), (8, g.top - 1))
    }
  }

  /// Tiles of a block: with so many its transformed tiles and products stay near half a megabyte.
  func blockLimit(channels: Int) -> Int {
    self == .plain ? max(32, min(128, 4096 / channels)) : channels > 64 ? 32 : 64
  }

  /// Tiles of a block of backward-weights.
  func gradientBlockLimit(channels: Int) -> Int {
    channels > (self == .plain ? 128 : 64) ? 32 : 64
  }
}

extension ImageTiles {
  /// The rows `rows` of tiles of an image; their values begin at place `number` of matrices
  /// `stride` floats apart.
  init(
    _ image: ImageShape,
    _ rows: Range<Int>,
    _ tiling: WinogradTiling,
    _ grid: WinogradTransform.Grid,
    number: Int,
    stride: Int
  ) {
    self.init(
      height: image.height,
      width: image.width,
      channels: image.channels,
      first: rows.lowerBound,
      end: rows.upperBound,
      columns: tiling.columns,
      step: grid.step,
      before: grid.before,
      number: number,
      stride: stride
    )
  }
}
