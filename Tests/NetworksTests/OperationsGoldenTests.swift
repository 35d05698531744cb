import Kernels
import Networks
import Tensors
import TestSupport
import Testing

/// Pooling and SiLU against PyTorch, forward and backward, on every kernel level.
struct OperationsGoldenTests {
  private struct Golden: Decodable {
    struct Pool: Decodable {
      let name: String
      let operation: String
      let kernelSize: Int
      let stride: Int
      let padding: Int
      let countIncludePad: Bool?
      let input: GoldenTensor
      let output: GoldenTensor
      let outputGradient: GoldenTensor
      let inputGradient: GoldenTensor
    }
    struct Activation: Decodable {
      let input: GoldenTensor
      let output: GoldenTensor
      let outputGradient: GoldenTensor
      let inputGradient: GoldenTensor
    }
    let pools: [Pool]
    let silu: Activation
  }

  private static let levels = KernelLevel.allCases.filter { $0 <= .best }

  @Test(arguments: levels)
  func poolsAgree(level: KernelLevel) throws {
    let golden: Golden = try readGolden("operations.json")
    // Padding always counts here, as zeros.
    let pools = golden.pools.filter { $0.countIncludePad != false }
    #expect(pools.count == 8)
    let kernels = KernelSet(level)
    for pool in pools {
      let i = pool.input.shape
      let shape = ImageShape(height: i[1], width: i[2], channels: i[3])
      let isMaximum = pool.operation == "max_pool"
      let operation = Pooling(
        isMaximum ? .max : .average,
        window: pool.kernelSize,
        stride: pool.stride,
        padding: pool.padding
      )
      let o = operation.shape([shape])
      #expect([i[0], o.height, o.width, o.channels] == pool.output.shape)
      let (x, dy) = (pool.input.floats, pool.outputGradient.floats)
      var y = pool.output.floats.map { _ in Float.nan }
      var dx = x.map { _ in Float(0) }
      let windows = PoolWindows(
        over: shape,
        window: pool.kernelSize,
        stride: pool.stride,
        padding: pool.padding
      )
      x.withUnsafeBufferPointer { x in
        for n in 0..<i[0] {
          let at = x.baseAddress! + n * shape.count
          y.withUnsafeMutableBufferPointer {
            let out = $0.baseAddress! + n * o.count
            let forward = isMaximum ? kernels.maxPool : kernels.averagePool
            forward(windows, out, at)
          }
          let outputs = Array(y[n * o.count..<(n + 1) * o.count])
          let gradients = Array(dy[n * o.count..<(n + 1) * o.count])
          dx.withUnsafeMutableBufferPointer {
            let d = $0.baseAddress! + n * shape.count
            if isMaximum {
              kernels.maxPoolBackward(windows, d, gradients, at, outputs)
            } else {
              kernels.averagePoolBackward(windows, d, gradients)
            }
          }
        }
      }
      #expect(relativeError(y, pool.output.values) < 2e-7, "\(pool.name)")
      #expect(relativeError(dx, pool.inputGradient.values) < 2e-7, "\(pool.name)")
    }
  }

  @Test(arguments: levels)
  func siluAgrees(level: KernelLevel) throws {
    let golden: Golden = try readGolden("operations.json")
    let kernels = KernelSet(level)
    let (x, dy) = (golden.silu.input.floats, golden.silu.outputGradient.floats)
    var (y, dx) = (x, x)
    kernels.silu(x.count, &y, x)
    kernels.siluBackward(x.count, &dx, dy, x, false)
    // Element by element, because the values range over many magnitudes.
    for i in x.indices {
      let (value, exact) = (Double(y[i]), golden.silu.output.values[i])
      #expect(abs(value - exact) <= 4e-7 * abs(exact) + 1e-30, "silu(\(x[i]))")
      let slope = golden.silu.inputGradient.values[i]
      #expect(abs(Double(dx[i]) - slope) <= 1e-6 * Double(abs(dy[i])), "silu'(\(x[i]))")
    }
  }
}
