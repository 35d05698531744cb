import Tensors

/// The gradient of the weights of a 3×3 convolution of stride 1 by Winograd's F(3×3, 4×4): Gᵀ[Σ (A dy Aᵀ) ⊙ (Bᵀ x B)]G.
///
/// Sums over the tiles of a few images at a time as 36 matrix products; one result for a chunk of images.
public struct WinogradWeightGradient: Hashable, Sendable {
  private let input: ImageShape
  private let output: ImageShape
  private let padding: Int
  private let tiling: WinogradTiling
  /// Input channels of one product.
  private let rows: Int
  private let inputStride: Int
  private let outputStride: Int

  /// For a 3×3 convolution of stride 1.
  public init(_ g: ConvolutionGeometry) {
    precondition(g.kernel == 3 && g.stride == 1, "Winograd needs a 3×3 kernel of stride 1")
    (input, output, padding) = (g.input, g.output, g.top)
    let widest = max(input.channels, output.channels)
    tiling = WinogradTiling(
      height: output.height,
      width: output.width,
      limit: widest > 128 ? 32 : 64
    )
    let tiles = tiling.tilesPerBlock
    let fitting = BLAS.quickProduct / 2 / (tiles * output.channels) / 16 * 16
    rows = min(input.channels, max(16, min(64, fitting)))
    inputStride = tiles * input.channels + 16
    outputStride = tiles * output.channels + 16
  }

  /// Whether a chunk is one block, so that a few input channels can be finished at a time and stay in cache.
  private var isSingleBlock: Bool {
    tiling.images >= BatchLayout.chunkSize && tiling.rowsPerBlock == tiling.rows
  }
  private var sumStride: Int { (isSingleBlock ? rows : input.channels) * output.channels + 16 }

  /// Floats of a thread's workspace.
  public var workspace: Int {
    WinogradConvolution.scratch(input)
      + WinogradConvolution.frequencies
      * (inputStride + outputStride + (isSingleBlock ? sumStride : 0))
  }

  /// Images of a whole block: what a call takes at least, except at the end of a chunk.
  public var images: Int { tiling.images }
  /// Floats of a thread's sums, which last from the first images of a chunk to the last.
  public var sums: Int { isSingleBlock ? 0 : WinogradConvolution.frequencies * sumStride }

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
    let tiles = workspace + WinogradConvolution.scratch(input)
    let gradients = tiles + WinogradConvolution.frequencies * inputStride
    var isFirst = part.begins
    tiling.forEachBlock(of: images) { group, tileRows in
      transform(kernels, group, tileRows, x, view, dy, tiles, gradients, workspace)
      let size = group.count * tileRows.count * tiling.columns
      if isSingleBlock {
        let sums = gradients + WinogradConvolution.frequencies * outputStride
        finishByChannels(kernels, size, tiles, gradients, sums, into: dw, workspace)
      } else {
        multiply(size, 0..<input.channels, tiles, gradients, beta: isFirst ? 0 : 1, into: sums)
        isFirst = false
      }
    }
    guard part.ends, !isSingleBlock else { return }
    let pairs = input.channels * output.channels
    kernels.winogradWeightGradient(pairs, sums, sumStride, dw, pairs, workspace)
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
      kernels.winogradInput(
        input.height,
        input.width,
        input.channels,
        padding,
        tileRows.lowerBound,
        tileRows.upperBound,
        x + image * input.count,
        tiles + i * perImage * input.channels,
        inputStride,
        seen.kind.rawValue,
        seen.scale,
        seen.shift,
        scratch
      )
      kernels.winogradGradient(
        output.height,
        output.width,
        output.channels,
        tileRows.lowerBound,
        tileRows.upperBound,
        dy + image * output.count,
        gradients + i * perImage * output.channels,
        outputStride,
        scratch
      )
    }
  }

  private func multiply(
    _ count: Int,
    _ channels: Range<Int>,
    _ tiles: UnsafePointer<Float>,
    _ gradients: UnsafePointer<Float>,
    beta: Float,
    into sums: UnsafeMutablePointer<Float>
  ) {
    for f in 0..<WinogradConvolution.frequencies {
      var start = channels.lowerBound
      while start < channels.upperBound {
        let width = min(rows, channels.upperBound - start)
        BLAS.multiply(
          m: width,
          n: output.channels,
          k: count,
          tiles + f * inputStride + start,
          transposedA: true,
          pitchA: input.channels,
          gradients + f * outputStride,
          beta: beta,
          into: sums + f * sumStride + (start - channels.lowerBound) * output.channels
        )
        start += width
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
    let pairs = input.channels * output.channels
    var start = 0
    while start < input.channels {
      let width = min(rows, input.channels - start)
      multiply(count, start..<start + width, tiles, gradients, beta: 0, into: sums)
      kernels.winogradWeightGradient(
        width * output.channels,
        sums,
        sumStride,
        dw + start * output.channels,
        pairs,
        scratch
      )
      start += width
    }
  }
}
