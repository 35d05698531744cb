import Tensors

/// One direction of a convolution that transforms its weights first and then takes a few images at a time.
public protocol TransformedConvolution: Sendable {
  /// What it reads.
  var input: ImageShape { get }
  /// What it writes.
  var output: ImageShape { get }
  /// The blocks of tiles.
  var tiling: WinogradTiling { get }
  /// Floats of the transformed weights.
  var weightFloats: Int { get }
  /// Floats of a thread's workspace.
  var workspace: Int { get }
  /// Items of `transformWeights`.
  var weightItems: Int { get }

  /// Transforms one item of the weights; `scratch` holds `weightScratch` floats.
  func transformWeights(
    _ kernels: KernelSet,
    item: Int,
    _ w: UnsafePointer<Float>,
    into u: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  )

  /// Convolves `images` images, at most `tiling.images` of them; adds to `y` when `accumulates`.
  ///
  /// `u` holds the transformed weights; `view` says how image i is read.
  func convolve(
    _ kernels: KernelSet,
    images: Int,
    _ x: UnsafePointer<Float>,
    view: (Int) -> ChannelView,
    weights u: UnsafePointer<Float>,
    into y: UnsafeMutablePointer<Float>,
    accumulates: Bool,
    workspace: UnsafeMutablePointer<Float>
  )
}

extension TransformedConvolution {
  /// Floats that the transforms of weights need: one pair's way, and sixteen by sixteen pairs' weights that are read across.
  package static var weightScratch: Int { 288 + 10 * 256 }
}

/// The gradient of the weights that belongs to a `TransformedConvolution`.
public protocol TransformedWeightGradient: Sendable {
  /// Images of a whole block: what a call takes at least, except at the end of a chunk.
  var images: Int { get }
  /// Floats of a thread's workspace.
  var workspace: Int { get }
  /// Floats of a thread's sums, which last from the first images of a chunk to the last.
  var sums: Int { get }

  /// Adds `images` images to the sums of a chunk, and at its end writes them as [3][3][C][K].
  ///
  /// The images are a multiple of whole blocks, or the last of a chunk; `view` says how image i of x is read.
  func accumulate(
    _ kernels: KernelSet,
    images: Int,
    of part: ChunkPart,
    _ x: UnsafePointer<Float>,
    view: (Int) -> ChannelView,
    _ dy: UnsafePointer<Float>,
    into dw: UnsafeMutablePointer<Float>,
    sums: UnsafeMutablePointer<Float>,
    workspace: UnsafeMutablePointer<Float>
  )
}

extension WinogradConvolution: TransformedConvolution {}
extension StridedWinogradConvolution: TransformedConvolution {}
extension WinogradWeightGradient: TransformedWeightGradient {}
extension StridedWinogradWeightGradient: TransformedWeightGradient {}

extension ConvolutionGeometry {
  /// Whether Winograd computes it: a 3×3 kernel of stride 1 or 2, with as many zeros above the image as left of it.
  public var fitsWinograd: Bool {
    kernel == 3 && (1...2).contains(stride) && top == left && top <= 2
  }

  /// One direction of it by Winograd.
  public func winograd(_ direction: WinogradConvolution.Direction) -> any TransformedConvolution {
    stride == 1
      ? WinogradConvolution(self, direction) : StridedWinogradConvolution(self, direction)
  }

  /// The gradient of its weights by Winograd.
  public var winogradWeightGradient: any TransformedWeightGradient {
    stride == 1 ? WinogradWeightGradient(self) : StridedWinogradWeightGradient(self)
  }
}
