import Foundation
import Kernels
import Tensors
import TestSupport
import Testing

/// Values at the ends of the range of Float32, which random inputs never are.
struct KernelRangeTests {
  private static let levels = KernelSetTests.levels

  /// All of an image of 3×3.
  private static let oneWindow = PoolWindows(
    over: ImageShape(height: 3, width: 3, channels: 1),
    window: 3,
    stride: 1,
    padding: 0
  )

  private func silu(_ x: [Float], _ level: KernelLevel) -> (values: [Float], slopes: [Float]) {
    let ones = x.map { _ in Float(1) }
    var (values, slopes) = (ones, ones)
    KernelSet(level).silu(x.count, &values, x)
    KernelSet(level).siluBackward(x.count, &slopes, ones, x, false)
    return (values, slopes)
  }

  /// Over all x where e^x is computed; found: 1.7e-7 and 4.9e-7.
  @Test(arguments: levels)
  func siluIsExactOverItsRange(level: KernelLevel) {
    let x = stride(from: Float(-87), through: 87, by: 0.00173).map { $0 }
    let (values, slopes) = silu(x, level)
    var (valueError, slopeError) = (0.0, 0.0)
    for (i, v) in x.enumerated() where v != 0 {
      let s = 1 / (1 + exp(-Double(v)))
      let (value, slope) = (Double(v) * s, s + Double(v) * s * (1 - s))
      valueError = max(valueError, abs(Double(values[i]) - value) / abs(value))
      // Near its zero at -1.278 the slope is a difference.
      slopeError = max(slopeError, abs(Double(slopes[i]) - slope) / (abs(slope) + s))
    }
    #expect(valueError < 4e-7)
    #expect(slopeError < 1e-6)
  }

  /// Beyond the range of e^x nothing is NaN: x on the right, next to nothing on the left.
  @Test(arguments: levels)
  func siluSaturates(level: KernelLevel) {
    let large: [Float] = [87.1, 88.8, 100, 1000, 1e6, 1e20, .greatestFiniteMagnitude]
    let right = silu(large, level)
    #expect(right.values == large)
    #expect(right.slopes.allSatisfy { $0 == 1 })
    let left = silu(large.prefix(5).map { -$0 }, level)
    #expect(left.values.allSatisfy { $0 <= 0 && $0 > -1e-30 })
    #expect(left.slopes.allSatisfy { abs($0) < 1e-30 })
    let tiny = silu([0, -0.0, .leastNonzeroMagnitude, -1e-30], level)
    #expect(tiny.values.prefix(2) == [0, 0] && tiny.values[3] == -5e-31)
    #expect(tiny.slopes.allSatisfy { $0 == 0.5 })
  }

  /// A diverged run must not look healthy.
  @Test(arguments: levels)
  func notANumberStaysNotANumber(level: KernelLevel) {
    let kernels = KernelSet(level)
    for at in [0, 3, 15, 16, 20] {
      var x = (0..<21).map { Float($0) - 10 }
      x[at] = .nan
      let (values, slopes) = silu(x, level)
      #expect(values.indices.filter { values[$0].isNaN } == [at])
      #expect(slopes.indices.filter { slopes[$0].isNaN } == [at])
      var rectified = x
      kernels.rectify(x.count, &rectified, x)
      #expect(rectified.indices.filter { rectified[$0].isNaN } == [at])
      var (mean, m2) = ([0.0], [0.0])
      kernels.channelMoments(21, 1, x, &mean, &m2)
      #expect(mean[0].isNaN)
    }
    for at in 0..<9 {
      var x = (0..<9).map { Float($0) }
      x[at] = .nan
      var pooled: [Float] = [0, 0]
      kernels.maxPool(Self.oneWindow, &pooled, x)
      kernels.averagePool(Self.oneWindow, &pooled[1], x)
      #expect(pooled[0].isNaN && pooled[1].isNaN)
    }
  }

  /// A mean far from zero costs no digits of the variance: sums are taken about a pivot.
  @Test(arguments: levels, [1, 16, 17])
  func momentsKeepTheVariance(level: KernelLevel, channels: Int) {
    let pixels = 64
    // Exact in Float32: multiples of 2^-6 around 10,000.
    let x = (0..<pixels * channels).map { Float(10_000) + Float($0 * 37 % 29) / 64 }
    var (mean, m2) = (
      Array(repeating: 0.0, count: channels), Array(repeating: 0.0, count: channels)
    )
    KernelSet(level).channelMoments(pixels, channels, x, &mean, &m2)
    for c in 0..<channels {
      let values = (0..<pixels).map { Double(x[$0 * channels + c]) }
      let exact = values.reduce(0, +) / Double(pixels)
      let squares = values.reduce(0) { $0 + ($1 - exact) * ($1 - exact) }
      #expect(abs(mean[c] - exact) < 1e-12 * exact)
      #expect(abs(m2[c] - squares) < 1e-6 * squares)
    }
  }

  @Test(arguments: levels)
  func constantsHaveNoVariance(level: KernelLevel) {
    let x = Array(repeating: Float(0.1), count: 33 * 64)
    var (mean, m2) = (Array(repeating: 1.0, count: 33), Array(repeating: 1.0, count: 33))
    KernelSet(level).channelMoments(64, 33, x, &mean, &m2)
    #expect(mean.allSatisfy { $0 == Double(Float(0.1)) })
    #expect(m2.allSatisfy { $0 == 0 })
  }
}
