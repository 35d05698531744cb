import KernelsAVX2
import KernelsAVX512
import KernelsBaseline

/// The kernels of one instruction set: a row per kernel, all levels giving the same bits.
///
/// Chosen once and handed down; a call goes through a function pointer and covers a whole image or range.
public struct KernelSet: Sendable {
  /// Floats read.
  public typealias In = UnsafePointer<Float>
  /// Floats written.
  public typealias Out = UnsafeMutablePointer<Float>
  /// Float64 written.
  public typealias Out64 = UnsafeMutablePointer<Double>

  /// The instruction set.
  public let level: KernelLevel
  /// into += from: (n, into, from).
  public let add: @Sendable (Int, Out, In) -> Void
  /// out = a + b: (n, out, a, b).
  public let sum: @Sendable (Int, Out, In, In) -> Void
  /// out += bias by channel: (pixels, channels, out, bias).
  public let addBias: @Sendable (Int, Int, Out, In) -> Void
  /// Σ over pixels by channel: (pixels, channels, x, sums).
  public let channelSums: @Sendable (Int, Int, In, Out) -> Void
  /// out = max(x, 0): (n, out, x).
  public let rectify: @Sendable (Int, Out, In) -> Void
  /// dx (+)= dy where y > 0: (n, dx, dy, y, accumulate).
  public let rectifyBackward: @Sendable (Int, Out, In, In, Int) -> Void
  /// out = x·σ(x): (n, out, x).
  public let silu: @Sendable (Int, Out, In) -> Void
  /// dx (+)= dy · silu'(x): (n, dx, dy, x, accumulate).
  public let siluBackward: @Sendable (Int, Out, In, In, Int) -> Void
  /// out (+)= x · scale where a value is kept, as `dropout` says, 0 elsewhere.
  ///
  /// (n, out, x, kept of 65,536, scale, Philox' key and the last three words of its counter, accumulate).
  public let dropout:
    @Sendable (Int, Out, In, UInt32, Float, UInt64, UInt32, UInt32, UInt32, Int) -> Void
  /// Mean and M2 of one image by channel: (pixels, channels, x, mean, m2).
  public let channelMoments: @Sendable (Int, Int, In, Out64, Out64) -> Void
  /// Σ g and Σ g·(x − center) of one image, g = factor·dy where the rectifier behind lets it pass.
  ///
  /// (pixels, channels, dy, x, center, factor, rectified, scale, shift, plain, weighted).
  public let channelGradientSums:
    @Sendable (Int, Int, In, In, In, Float, Int, In, In, Out64, Out64) -> Void
  /// dx (+)= a·g + b·(x − center) + d.
  ///
  /// (pixels, channels, dx, dy, x, a, b, center, d, factor, rectified, scale, shift, accumulate).
  public let normalizeBackward:
    @Sendable (Int, Int, Out, In, In, In, In, In, In, Float, Int, In, In, Int) -> Void
  /// out = view(x): (pixels, channels, out, x, view, scale, shift).
  public let applyView: @Sendable (Int, Int, Out, In, Int, In, In) -> Void
  /// out = a + factor·view(b): (pixels, channels, out, a, factor, b, view, scale, shift, rectify).
  public let addView: @Sendable (Int, Int, Out, In, Float, In, Int, In, In, Int) -> Void
  /// One image: (height, width, channels, window, stride, padding, out height, out width, out, x).
  public let maxPool: @Sendable (Int, Int, Int, Int, Int, Int, Int, Int, Out, In) -> Void
  /// Adds to dx: (the eight sizes, dx, dy, x, out).
  public let maxPoolBackward:
    @Sendable (Int, Int, Int, Int, Int, Int, Int, Int, Out, In, In, In) -> Void
  /// One image: (the eight sizes, out, x).
  public let averagePool: @Sendable (Int, Int, Int, Int, Int, Int, Int, Int, Out, In) -> Void
  /// Adds to dx: (the eight sizes, dx, dy).
  public let averagePoolBackward:
    @Sendable (Int, Int, Int, Int, Int, Int, Int, Int, Out, In) -> Void
  /// Bᵀ d B of rows of tiles of one image, as `winogradInput` says.
  ///
  /// (height, width, channels, padding, first, end, image, out, stride, view, scale, shift, scratch).
  public let winogradInput:
    @Sendable (Int, Int, Int, Int, Int, Int, In, Out, Int, Int, In, In, Out) -> Void
  /// Aᵀ m A: (height, width, channels, first, end, m, stride, image, accumulate, scratch).
  public let winogradOutput: @Sendable (Int, Int, Int, Int, Int, In, Int, Out, Int, Out) -> Void
  /// A dy Aᵀ: (height, width, channels, first, end, dy, out, stride, scratch).
  public let winogradGradient: @Sendable (Int, Int, Int, Int, Int, In, Out, Int, Out) -> Void
  /// G g Gᵀ: (rows, columns, w, row step, column step, outer, inner, u, stride, pitch, scratch).
  public let winogradWeights:
    @Sendable (Int, Int, In, Int, Int, Int, Int, Out, Int, Int, Out) -> Void
  /// Gᵀ u G: (n, u, stride, dw, pitch, scratch).
  public let winogradWeightGradient: @Sendable (Int, In, Int, Out, Int, Out) -> Void

  /// The frequencies of rows of tiles of one image for a stride of 2, as `stridedWinogradInput` says.
  ///
  /// (height, width, channels, step, before, columns, first, end, number, image, out, stride, view, scale, shift, scratch).
  public let stridedWinogradInput:
    @Sendable (
      Int, Int, Int, Int, Int, Int, Int, Int, Int, In, Out, Int, Int, In, In, Out
    ) -> Void
  /// y: (height, width, channels, first, end, number, m, stride, image, accumulate, scratch).
  public let stridedWinogradOutput:
    @Sendable (Int, Int, Int, Int, Int, Int, In, Int, Out, Int, Out) -> Void
  /// dx: (height, width, channels, before, columns, first, end, number, m, stride, image, accumulate, scratch).
  public let stridedWinogradSpread:
    @Sendable (Int, Int, Int, Int, Int, Int, Int, Int, In, Int, Out, Int, Out) -> Void
  /// dy's frequencies: (height, width, channels, first, end, number, dy, out, stride, scratch).
  public let stridedWinogradGradient:
    @Sendable (Int, Int, Int, Int, Int, Int, In, Out, Int, Out) -> Void
  /// (rows, columns, w, row step, column step, outer, inner, u, stride, pitch, scratch).
  public let stridedWinogradWeights:
    @Sendable (Int, Int, In, Int, Int, Int, Int, Out, Int, Int, Out) -> Void
  /// (n, u, stride, dw, pitch, scratch).
  public let stridedWinogradWeightGradient: @Sendable (Int, In, Int, Out, Int, Out) -> Void

  /// The set for a level, which the machine must be able to run.
  public init(_ level: KernelLevel) {
    precondition(level <= .best, "this CPU cannot run the \(level.rawValue) kernels")
    self.level = level
    switch level {
    case .baseline:
      add = KernelsBaseline.add
      sum = KernelsBaseline.sum
      addBias = KernelsBaseline.addBias
      channelSums = KernelsBaseline.channelSums
      rectify = KernelsBaseline.rectify
      rectifyBackward = KernelsBaseline.rectifyBackward
      silu = KernelsBaseline.silu
      siluBackward = KernelsBaseline.siluBackward
      dropout = KernelsBaseline.dropout
      channelMoments = KernelsBaseline.channelMoments
      channelGradientSums = KernelsBaseline.channelGradientSums
      normalizeBackward = KernelsBaseline.normalizeBackward
      applyView = KernelsBaseline.applyView
      addView = KernelsBaseline.addView
      maxPool = KernelsBaseline.maxPool
      maxPoolBackward = KernelsBaseline.maxPoolBackward
      averagePool = KernelsBaseline.averagePool
      averagePoolBackward = KernelsBaseline.averagePoolBackward
      winogradInput = KernelsBaseline.winogradInput
      winogradOutput = KernelsBaseline.winogradOutput
      winogradGradient = KernelsBaseline.winogradGradient
      winogradWeights = KernelsBaseline.winogradWeights
      winogradWeightGradient = KernelsBaseline.winogradWeightGradient
      stridedWinogradInput = KernelsBaseline.stridedWinogradInput
      stridedWinogradOutput = KernelsBaseline.stridedWinogradOutput
      stridedWinogradSpread = KernelsBaseline.stridedWinogradSpread
      stridedWinogradGradient = KernelsBaseline.stridedWinogradGradient
      stridedWinogradWeights = KernelsBaseline.stridedWinogradWeights
      stridedWinogradWeightGradient = KernelsBaseline.stridedWinogradWeightGradient
    case .avx2:
      add = KernelsAVX2.add
      sum = KernelsAVX2.sum
      addBias = KernelsAVX2.addBias
      channelSums = KernelsAVX2.channelSums
      rectify = KernelsAVX2.rectify
      rectifyBackward = KernelsAVX2.rectifyBackward
      silu = KernelsAVX2.silu
      siluBackward = KernelsAVX2.siluBackward
      dropout = KernelsAVX2.dropout
      channelMoments = KernelsAVX2.channelMoments
      channelGradientSums = KernelsAVX2.channelGradientSums
      normalizeBackward = KernelsAVX2.normalizeBackward
      applyView = KernelsAVX2.applyView
      addView = KernelsAVX2.addView
      maxPool = KernelsAVX2.maxPool
      maxPoolBackward = KernelsAVX2.maxPoolBackward
      averagePool = KernelsAVX2.averagePool
      averagePoolBackward = KernelsAVX2.averagePoolBackward
      winogradInput = KernelsAVX2.winogradInput
      winogradOutput = KernelsAVX2.winogradOutput
      winogradGradient = KernelsAVX2.winogradGradient
      winogradWeights = KernelsAVX2.winogradWeights
      winogradWeightGradient = KernelsAVX2.winogradWeightGradient
      stridedWinogradInput = KernelsAVX2.stridedWinogradInput
      stridedWinogradOutput = KernelsAVX2.stridedWinogradOutput
      stridedWinogradSpread = KernelsAVX2.stridedWinogradSpread
      stridedWinogradGradient = KernelsAVX2.stridedWinogradGradient
      stridedWinogradWeights = KernelsAVX2.stridedWinogradWeights
      stridedWinogradWeightGradient = KernelsAVX2.stridedWinogradWeightGradient
    case .avx512:
      add = KernelsAVX512.add
      sum = KernelsAVX512.sum
      addBias = KernelsAVX512.addBias
      channelSums = KernelsAVX512.channelSums
      rectify = KernelsAVX512.rectify
      rectifyBackward = KernelsAVX512.rectifyBackward
      silu = KernelsAVX512.silu
      siluBackward = KernelsAVX512.siluBackward
      dropout = KernelsAVX512.dropout
      channelMoments = KernelsAVX512.channelMoments
      channelGradientSums = KernelsAVX512.channelGradientSums
      normalizeBackward = KernelsAVX512.normalizeBackward
      applyView = KernelsAVX512.applyView
      addView = KernelsAVX512.addView
      maxPool = KernelsAVX512.maxPool
      maxPoolBackward = KernelsAVX512.maxPoolBackward
      averagePool = KernelsAVX512.averagePool
      averagePoolBackward = KernelsAVX512.averagePoolBackward
      winogradInput = KernelsAVX512.winogradInput
      winogradOutput = KernelsAVX512.winogradOutput
      winogradGradient = KernelsAVX512.winogradGradient
      winogradWeights = KernelsAVX512.winogradWeights
      winogradWeightGradient = KernelsAVX512.winogradWeightGradient
      stridedWinogradInput = KernelsAVX512.stridedWinogradInput
      stridedWinogradOutput = KernelsAVX512.stridedWinogradOutput
      stridedWinogradSpread = KernelsAVX512.stridedWinogradSpread
      stridedWinogradGradient = KernelsAVX512.stridedWinogradGradient
      stridedWinogradWeights = KernelsAVX512.stridedWinogradWeights
      stridedWinogradWeightGradient = KernelsAVX512.stridedWinogradWeightGradient
    }
  }
}
