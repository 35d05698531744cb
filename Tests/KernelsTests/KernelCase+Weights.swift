import Kernels
import TestSupport

extension KernelCase {
  /// The transform of weights and its transpose, by their matrices in one dimension.
  static func weights(
    _ name: String,
    _ matrix: [[Double]],
    _ transpose: [[Double]],
    _ kernels: @escaping @Sendable (KernelSet) -> WinogradKernels
  ) -> [KernelCase] {
    [
      KernelCase(
        "\(name).weights, rotated",
        { k, x in
          let n = x.count
          let scratch = GuardedFloats(count: WinogradConvolution.weightScratch)
          let w = (0..<9 * n).map { x.field($0 / n % 4)[$0 * 7 % n] }
          return written(36 * n) { u in
            w.withUnsafeBufferPointer {
              let last = $0.baseAddress! + 8 * n
              kernels(k).weights(x.rotatedWeights, last, u, scratch.base)
            }
          }
        },
        { x in
          let n = x.count
          return byFrequency(36, n) { e in
            let (i, j) = e.quotientAndRemainder(dividingBy: x.pixels)
            return WinogradMatrices.apply(matrix) { r, s in
              let at = (8 - 3 * r - s) * n + i + j * x.channels
              return x.f(at / n % 4, at * 7 % n)
            }
          }
        }
      ),
      KernelCase(
        "\(name).weightGradient",
        { k, x in
          let (n, scratch) = (x.count, GuardedFloats(count: 288))
          let u = (0..<36 * n).map { x.field($0 / n % 4)[$0 * 7 % n] }
          return written(9 * n) { kernels(k).weightGradient(n, u, n, $0, n, scratch.base) }
        },
        { x in
          let n = x.count
          return byFrequency(9, n) { e in
            WinogradMatrices.apply(transpose) { i, j in
              x.f((6 * i + j) % 4, ((6 * i + j) * n + e) * 7 % n)
            }
          }
        }
      ),
    ]
  }
}

/// [frequency][element] from what gives all frequencies of an element.
func byFrequency(_ count: Int, _ n: Int, _ values: (Int) -> [Double]) -> [Double] {
  let all = (0..<n).map(values)
  return (0..<count).flatMap { f in all.map { $0[f] } }
}

extension KernelInputs {
  /// Kernels of `pixels` output channels of `channels` input channels, rotated and transposed as
  /// backward-data reads them.
  fileprivate var rotatedWeights: WeightBlock {
    WeightBlock(
      rows: channels,
      columns: pixels,
      rowStep: -3 * count,
      columnStep: -count,
      outer: 1,
      inner: channels,
      stride: count,
      pitch: pixels
    )
  }
}
