import Tensors

/// The gradient of the weights of a 3×3 convolution of stride 2: the transpose of `StridedWinogradConvolution` forward.
///
/// Sums over the tiles of a few images at a time as 36 matrix products; one result for a chunk of images.
public struct StridedWinogradWeightGradient: Hashable, Sendable {
  private let input: ImageShape
  private let output: ImageShape
  private let padding: Int
  private let tiling: WinogradTiling
  /// Input channels and tiles' values of one product.
  private let rows: Int
  private let depth: Int
  private let inputStride: Int
  private let outputStride: Int

  /// For a 3×3 convolution of stride 2.
  public init(_ g: ConvolutionGeometry) {
    precondition(
      g.fitsWinograd && g.stride == 2,
      "this is Winograd for a 3×3 kernel of stride 2"
    )
    (input, output, padding) = (g.input, g.output, g.top)
    tiling = WinogradTiling(
      height: output.height,
      width: output.width,
      limit: max(input.channels, output.channels) > 64 ? 32 : 64
    )
    rows = min(64, input.channels)
    depth = max(8, BLAS.quickProduct / (rows * output.channels) / 8 * 8)
    inputStride = tiling.tilesPerBlock * input.channels + 16
    outputStride = tiling.tilesPerBlock * output.channels + 16
  }

  /// Whether a chunk is one block, so that a few input channels can be finished at a time and stay in cache.
  private var isSingleBlock: Bool {
    tiling.images >= BatchLayout.chunkSize && tiling.rowsPerBlock == tiling.rows
  }
  private var sumStride: Int { (isSingleBlock ? rows : input.channels) * output.channels + 16 }

  /// Floats of a thread's workspace.
  public var workspace: Int {
    StridedWinogradConvolution.scratch
      + StridedWinogradMatrix.valuesPerTile * (inputStride + outputStride)
      + (isSingleBlock ? StridedWinogradConvolution.weights * sumStride : 0)
  }

  /// Images of a whole block: what a call takes at least, except at the end of a chunk.
  public var images: Int { tiling.images }
  /// Floats of a thread's sums, which last from the first images of a chunk to the last.
  public var sums: Int { isSingleBlock ? 0 : StridedWinogradConvolution.weights * sumStride }

  /// Adds `images` images to the sums of a chunk, and at its end writes them as [3][3][C][K].
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
    let tiles = workspace + StridedWinogradConvolution.scratch
    let gradients = tiles + StridedWinogradMatrix.valuesPerTile * inputStride
    var isFirst = part.begins
    tiling.forEachBlock(of: images) { group, tileRows in
      transform(kernels, group, tileRows, x, view, dy, tiles, gradients, workspace)
      let size = group.count * tileRows.count * tiling.columns
      if isSingleBlock {
        let sums = gradients + StridedWinogradMatrix.valuesPerTile * outputStride
        finishByChannels(kernels, size, tiles, gradients, sums, into: dw, workspace)
      } else {
        multiply(size, 0..<input.channels, tiles, gradients, adds: !isFirst, to: sums)
        isFirst = false
      }
    }
    guard part.ends, !isSingleBlock else { return }
    let pairs = input.channels * output.channels
    kernels.stridedWinogradWeightGradient(pairs, sums, sumStride, dw, pairs, workspace)
  }

  private func transform(
    _ kernels: KernelSet,
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
      let seen = view(image)
      kernels.stridedWinogradInput(
        input.height,
        input.width,
        input.channels,
        8,
        padding,
        tiling.columns,
        tileRows.lowerBound,
        tileRows.upperBound,
        i * perImage,
        x + image * input.count,
        tiles,
        inputStride,
        seen.kind.rawValue,
        seen.scale,
        seen.shift,
        scratch
      )
      kernels.stridedWinogradGradient(
        output.height,
        output.width,
        output.channels,
        tileRows.lowerBound,
        tileRows.upperBound,
        i * perImage,
        dy + image * output.count,
        gradients,
        outputStride,
        scratch
      )
    }
  }

  /// The products of `count` tiles for some input channels, cut in both so that each is a quick one.
  private func multiply(
    _ count: Int,
    _ channels: Range<Int>,
    _ tiles: UnsafePointer<Float>,
    _ gradients: UnsafePointer<Float>,
    adds: Bool,
    to sums: UnsafeMutablePointer<Float>
  ) {
    let (inputs, outputs) = (input.channels, output.channels)
    for matrix in StridedWinogradMatrix.all {
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
    _ kernels: KernelSet,
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
      kernels.stridedWinogradWeightGradient(
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
