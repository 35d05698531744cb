import Kernels
import Tensors
import TestSupport
import Testing

/// What Winograd costs in accuracy: its error and that of matrix products of patches, both against
/// Float64, in millionths.
///
/// Inputs are normal, weights have He's deviation, a weight gradient sums 8 images at 32×32 and of
/// 128 channels at 16×16, otherwise 16. Of many results some are compared. Stated is the largest
/// that was found with OpenBLAS' kernels for six CPUs, from Prescott to SkylakeX, whose order of
/// sums differs. Cooperlake's products of patches reach 1.04.
///
/// | convolution | pass | maximum | RMS | patches | RMS |
/// |---|---|---|---|---|---|
/// | 32×32 16 → 16 | forward | 1.46 | 0.71 | 0.49 | 0.21 |
/// | 32×32 16 → 16 | backwardData | 1.60 | 0.73 | 0.12 | 0.10 |
/// | 32×32 16 → 16 | weightGradient | 1.67 | 1.54 | 0.38 | 0.37 |
/// | 16×16 32 → 32 | forward | 1.92 | 0.90 | 0.57 | 0.30 |
/// | 16×16 32 → 32 | backwardData | 1.96 | 0.90 | 0.18 | 0.12 |
/// | 16×16 32 → 32 | weightGradient | 2.11 | 1.56 | 0.28 | 0.27 |
/// | 8×8 64 → 64 | forward | 2.95 | 1.21 | 0.49 | 0.30 |
/// | 8×8 64 → 64 | backwardData | 2.76 | 1.22 | 0.19 | 0.16 |
/// | 8×8 64 → 64 | weightGradient | 1.27 | 0.98 | 0.18 | 0.15 |
/// | 16×16 64 → 64 | forward | 2.35 | 1.17 | 0.52 | 0.30 |
/// | 16×16 64 → 64 | backwardData | 2.15 | 1.16 | 0.21 | 0.16 |
/// | 16×16 64 → 64 | weightGradient | 2.75 | 1.61 | 0.23 | 0.21 |
/// | 8×8 128 → 128 | forward | 2.79 | 1.61 | 0.54 | 0.35 |
/// | 8×8 128 → 128 | backwardData | 3.51 | 1.64 | 0.29 | 0.21 |
/// | 8×8 128 → 128 | weightGradient | 1.58 | 0.96 | 0.18 | 0.15 |
/// | 32×32 16 → 64 | forward | 1.71 | 0.73 | 0.45 | 0.21 |
/// | 32×32 16 → 64 | backwardData | 2.56 | 1.16 | 0.31 | 0.16 |
/// | 32×32 16 → 64 | weightGradient | 1.70 | 1.50 | 0.35 | 0.35 |
/// | 32×32 64 → 64 | forward | 2.32 | 1.13 | 0.58 | 0.30 |
/// | 32×32 64 → 64 | backwardData | 3.01 | 1.13 | 0.21 | 0.16 |
/// | 32×32 64 → 64 | weightGradient | 1.88 | 1.49 | 0.31 | 0.24 |
/// | 16×16 128 → 128 | forward | 3.03 | 1.57 | 0.62 | 0.36 |
/// | 16×16 128 → 128 | backwardData | 2.42 | 1.54 | 0.26 | 0.21 |
/// | 16×16 128 → 128 | weightGradient | 2.20 | 1.18 | 0.28 | 0.18 |
/// | 8×8 256 → 256 | forward | 5.17 | 2.26 | 0.56 | 0.39 |
/// | 8×8 256 → 256 | backwardData | 3.86 | 2.14 | 0.30 | 0.29 |
/// | 8×8 256 → 256 | weightGradient | 1.28 | 0.97 | 0.17 | 0.13 |
/// | 32×32 16 → 32, stride 2 | forward | 1.27 | 0.45 | 0.53 | 0.21 |
/// | 32×32 16 → 32, stride 2 | backwardData | 2.01 | 0.57 | 0.17 | 0.11 |
/// | 32×32 16 → 32, stride 2 | weightGradient | 1.59 | 0.87 | 0.34 | 0.28 |
/// | 16×16 32 → 64, stride 2 | forward | 1.65 | 0.58 | 0.71 | 0.30 |
/// | 16×16 32 → 64, stride 2 | backwardData | 3.19 | 0.74 | 0.20 | 0.15 |
/// | 16×16 32 → 64, stride 2 | weightGradient | 1.45 | 0.67 | 0.21 | 0.16 |
/// | 32×32 64 → 128, stride 2 | forward | 2.00 | 0.74 | 0.55 | 0.31 |
/// | 32×32 64 → 128, stride 2 | backwardData | 5.75 | 1.01 | 0.35 | 0.21 |
/// | 32×32 64 → 128, stride 2 | weightGradient | 1.13 | 0.68 | 0.26 | 0.20 |
/// | 16×16 128 → 256, stride 2 | forward | 2.09 | 0.99 | 0.59 | 0.36 |
/// | 16×16 128 → 256, stride 2 | backwardData | 6.48 | 1.46 | 0.39 | 0.30 |
/// | 16×16 128 → 256, stride 2 | weightGradient | 1.08 | 0.62 | 0.16 | 0.15 |
struct WinogradAccuracyTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let size: Int
    let inputs: Int
    let outputs: Int
    let images: Int
    let pass: ConvolutionPass
    /// In millionths.
    let maximum: Double
    let rms: Double
    let stride: Int

    init(
      _ size: Int,
      _ inputs: Int,
      _ outputs: Int,
      _ images: Int,
      _ pass: ConvolutionPass,
      _ maximum: Double,
      _ rms: Double,
      stride: Int = 1
    ) {
      (self.size, self.inputs, self.outputs) = (size, inputs, outputs)
      (self.images, self.pass, self.maximum, self.rms) = (images, pass, maximum, rms)
      self.stride = stride
    }

    var geometry: ConvolutionGeometry {
      ConvolutionGeometry(
        input: ImageShape(height: size, width: size, channels: inputs),
        outputs: outputs,
        kernel: 3,
        stride: stride,
        padding: 1
      )
    }
    var testDescription: String {
      "\(size)×\(size), \(inputs) → \(outputs), stride \(stride), \(pass)"
    }
  }

  /// Size, input channels, output channels, images, pass, bounds of the maximum and RMS: 1.3 and
  /// 1.15 times what was found.
  ///
  /// The shapes of ResNet-20, of Keras' ResNet56v2, and of a shake-shake 26 2x64d.
  private static let rows = [
    Row(32, 16, 16, 8, .forward, 1.9, 0.9),
    Row(32, 16, 16, 8, .backwardData, 2.1, 0.9),
    Row(32, 16, 16, 8, .weightGradient, 2.2, 1.8),
    Row(16, 32, 32, 16, .forward, 2.6, 1.1),
    Row(16, 32, 32, 16, .backwardData, 2.6, 1.1),
    Row(16, 32, 32, 16, .weightGradient, 2.8, 1.8),
    Row(8, 64, 64, 16, .forward, 3.9, 1.4),
    Row(8, 64, 64, 16, .backwardData, 3.6, 1.5),
    Row(8, 64, 64, 16, .weightGradient, 1.7, 1.2),
    Row(16, 64, 64, 16, .forward, 3.1, 1.4),
    Row(16, 64, 64, 16, .backwardData, 2.8, 1.4),
    Row(16, 64, 64, 16, .weightGradient, 3.6, 1.9),
    Row(8, 128, 128, 16, .forward, 3.7, 1.9),
    Row(8, 128, 128, 16, .backwardData, 4.6, 1.9),
    Row(8, 128, 128, 16, .weightGradient, 2.1, 1.2),
    Row(32, 16, 64, 8, .forward, 2.3, 0.9),
    Row(32, 16, 64, 8, .backwardData, 3.4, 1.4),
    Row(32, 16, 64, 8, .weightGradient, 2.3, 1.8),
    Row(32, 64, 64, 8, .forward, 3.1, 1.4),
    Row(32, 64, 64, 8, .backwardData, 4.0, 1.3),
    Row(32, 64, 64, 8, .weightGradient, 2.5, 1.8),
    Row(16, 128, 128, 8, .forward, 4.0, 1.9),
    Row(16, 128, 128, 8, .backwardData, 3.2, 1.8),
    Row(16, 128, 128, 8, .weightGradient, 2.9, 1.4),
    Row(8, 256, 256, 16, .forward, 6.8, 2.7),
    Row(8, 256, 256, 16, .backwardData, 5.1, 2.5),
    Row(8, 256, 256, 16, .weightGradient, 1.7, 1.2),
    Row(32, 16, 32, 8, .forward, 1.7, 0.6, stride: 2),
    Row(32, 16, 32, 8, .backwardData, 2.7, 0.7, stride: 2),
    Row(32, 16, 32, 8, .weightGradient, 2.1, 1.0, stride: 2),
    Row(16, 32, 64, 16, .forward, 2.2, 0.7, stride: 2),
    Row(16, 32, 64, 16, .backwardData, 4.2, 0.9, stride: 2),
    Row(16, 32, 64, 16, .weightGradient, 1.9, 0.8, stride: 2),
    Row(32, 64, 128, 8, .forward, 2.6, 0.9, stride: 2),
    Row(32, 64, 128, 8, .backwardData, 7.5, 1.2, stride: 2),
    Row(32, 64, 128, 8, .weightGradient, 1.5, 0.8, stride: 2),
    Row(16, 128, 256, 16, .forward, 2.8, 1.2, stride: 2),
    Row(16, 128, 256, 16, .backwardData, 8.5, 1.7, stride: 2),
    Row(16, 128, 256, 16, .weightGradient, 1.5, 0.8, stride: 2),
  ]

  @Test(arguments: rows)
  func errorsStayWithinTheTable(row: Row) {
    let problem = ConvolutionProblem(row.geometry, images: row.images)
    let kernels = KernelSet(.best)
    let places = problem.sample(row.pass, products: 16_000_000)
    let exact = problem.exact(row.pass, at: places)
    let values = problem.winograd(row.pass, kernels) ?? []
    let winograd = ConvolutionError(values, at: places, exact)
    #expect(winograd.maximum < row.maximum * 1e-6)
    #expect(winograd.rms < row.rms * 1e-6)
    let patches = ConvolutionError(problem.direct(row.pass, kernels), at: places, exact)
    #expect(patches.maximum < 1.5e-6)
    #expect(patches.rms < 5e-7)
  }
}
