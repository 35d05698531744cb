import CKernels
import Tensors

/// The gradient of the weights of a 3×3 convolution by Winograd, the transpose of its forward: Gᵀ[Σ
/// (A dy Aᵀ) ⊙ (Bᵀ x B)]G.
///
/// Sums over the tiles of a few images at a time as 36 matrix products; one result for a chunk of
/// images.
public struct WinogradWeightGradient: Sendable {
  private let input: ImageShape
  private let output: ImageShape
  private let transform: WinogradTransform
  private let grids: (input: WinogradTransform.Grid, output: WinogradTransform.Grid)
  private let tiling: WinogradTiling
  /// Input channels and tiles' values of one product.
  private let rows: Int
  private let depth: Int
  private let inputStride: Int
  private let outputStride: Int

  /// For a convolution that fits Winograd; traps when it does not.
  public init(_ g: ConvolutionGeometry) {
    transform = WinogradTransform(g)
    (input, output) = (g.input, g.output)
    grids = transform.grids(g, .forward)
    let widest = max(input.channels, output.channels)
    tiling = WinogradTiling(
      over: output,
      grids.output,
      limit: transform.gradientBlockLimit(channels: widest)
    )
    let (tiles, quick) = (tiling.tilesPerBlock, BLAS.quickProduct)
    switch transform {
    case .plain:
      let fitting = quick / 2 / (tiles * output.channels) / 16 * 16
      (rows, depth) = (min(input.channels, max(16, min(64, fitting))), tiles)
    case .strided:
      rows = min(64, input.channels)
      depth = max(8, quick / (rows * output.channels) / 8 * 8)
    }
    inputStride = tiles * input.channels + 16
    outputStride = tiles * output.channels + 16
  }

  /// Whether a chunk is one block, so that a few input channels can be finished at a time and stay
  /// in cache.
  private var isSingleBlock: Bool {
    tiling.images >= BatchLayout.chunkSize && tiling.rowsPerBlock == tiling.rows
  }
  private var sumStride: Int { (isSingleBlock ? rows : input.channels) * output.channels + 16 }
  private var sumFloats: Int { WinogradTransform.weights * sumStride }

  /// Floats of a thread's workspace.
  public var workspace: Int {
    transform.scratch(input) + transform.valuesPerTile * (inputStride + outputStride)
      + (isSingleBlock ? sumFloats : 0)
  }

  /// Images of a whole block: what a call takes at least, except at the end of a chunk.
  public var images: Int { tiling.images }
  /// Floats of a thread's sums, which last from the first images of a chunk to the last.
  public var sums: Int { isSingleBlock ? 0 : sumFloats }

  /// Adds `images` images to the sums of a chunk, and at its end writes them as [3][3][C][K].
  ///
  /// The images are a multiple of whole blocks, or the last of a chunk; `view` says how image i of
  /// x is read.
  public func accumulate(
    _ kernels: KernelSet,
    images: Int,
    of part: ChunkPart,
    _ x: UnsafePointer<Float>,
    view: (Int) -> ChannelView,
    _ dy: UnsafePointer<Float>,
    into dw: UnsafeMutablePointer<Float>,
    sums: UnsafeMutablePointer<Float>,
    workspace: UnsafeMutablePointer<Float>
  ) {
    let tiles = workspace + transform.scratch(input)
    let gradients = tiles + transform.valuesPerTile * inputStride
    let kernels = transform.kernels(kernels)
    var isFirst = part.begins
    tiling.forEachBlock(of: images) { group, tileRows in
      transformTiles(kernels, group, tileRows, x, view, dy, tiles, gradients, workspace)
      let size = group.count * tileRows.count * tiling.columns
      if isSingleBlock {
        let sums = gradients + transform.valuesPerTile * outputStride
        finishByChannels(kernels, size, tiles, gradients, sums, into: dw, workspace)
      } else {
        multiply(size, 0..<input.channels, tiles, gradients, adds: !isFirst, to: sums)
        isFirst = false
      }
    }
    guard part.ends, !isSingleBlock else { return }
    let pairs = input.channels * output.channels
    kernels.weightGradient(pairs, sums, sumStride, dw, pairs, workspace)
  }

  private func transformTiles(
    _ kernels: WinogradKernels,
    _ images: Range<Int>,
    _ tileRows: Range<Int>,
    _ x: UnsafePointer<Float>,
    _ view: (Int) -> ChannelView,
    _ dy: UnsafePointer<Float>,
    _ tiles: UnsafeMutablePointer<Float>,
    _ gradients: UnsafeMutablePointer<Float>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let perImage = tileRows.count * tiling.columns
    for (i, image) in images.enumerated() {
      let (number, seen) = (i * perImage, view(image))
      let read = ImageTiles(
        input,
        tileRows,
        tiling,
        grids.input,
        number: number,
        stride: inputStride
      )
      kernels.input(read, x + image * input.count, seen, tiles, scratch)
      let arriving = ImageTiles(
        output,
        tileRows,
        tiling,
        grids.output,
        number: number,
        stride: outputStride
      )
      kernels.gradient(arriving, dy + image * output.count, gradients, scratch)
    }
  }

  /// The products of `count` tiles for some input channels, cut in both so that each is a quick
  /// one.
  private func multiply(
    _ count: Int,
    _ channels: Range<Int>,
    _ tiles: UnsafePointer<Float>,
    _ gradients: UnsafePointer<Float>,
    adds: Bool,
    to sums: UnsafeMutablePointer<Float>
  ) {
    let (inputs, outputs) = (input.channels, output.channels)
    for matrix in transform.matrices {
      let a = tiles + matrix.first * inputStride
      let b = gradients + matrix.first * outputStride
      let c = sums + matrix.weight * sumStride
      for start in stride(from: channels.lowerBound, to: channels.upperBound, by: rows) {
        for value in stride(from: 0, to: matrix.rows * count, by: depth) {
          BLAS.multiply(
            m: min(rows, channels.upperBound - start),
            n: outputs,
            k: min(depth, matrix.rows * count - value),
            a + value * inputs + start,
            transposedA: true,
            pitchA: inputs,
            b + value * outputs,
            beta: adds || value > 0 ? 1 : 0,
            into: c + (start - channels.lowerBound) * outputs
          )
        }
      }
    }
  }

  private func finishByChannels(
    _ kernels: WinogradKernels,
    _ count: Int,
    _ tiles: UnsafePointer<Float>,
    _ gradients: UnsafePointer<Float>,
    _ sums: UnsafeMutablePointer<Float>,
    into dw: UnsafeMutablePointer<Float>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    for start in stride(from: 0, to: input.channels, by: rows) {
      let end = min(start + rows, input.channels)
      multiply(count, start..<end, tiles, gradients, adds: false, to: sums)
      kernels.weightGradient(
        (end - start) * output.channels,
        sums,
        sumStride,
        dw + start * output.channels,
        input.channels * output.channels,
        scratch
      )
    }
  }
}
