import Kernels
import Tensors
import TestSupport
import Testing

/// Pooling of one image on every level, against its definition.
struct PoolKernelTests {
  struct Sizes: Sendable, CustomTestStringConvertible {
    let height: Int
    let width: Int
    let channels: Int
    let window: Int
    let stride: Int
    let padding: Int

    init(_ h: Int, _ w: Int, _ c: Int, _ window: Int, _ stride: Int, _ padding: Int) {
      (height, width, channels) = (h, w, c)
      (self.window, self.stride, self.padding) = (window, stride, padding)
    }

    var outHeight: Int { (height + 2 * padding - window) / stride + 1 }
    var outWidth: Int { (width + 2 * padding - window) / stride + 1 }
    var inputs: Int { height * width * channels }
    var outputs: Int { outHeight * outWidth * channels }
    var testDescription: String {
      "\(height)×\(width)×\(channels), window \(window), stride \(stride), padding \(padding)"
    }

    /// As the kernels take them.
    var windows: PoolWindows {
      PoolWindows(
        over: ImageShape(height: height, width: width, channels: channels),
        window: window,
        stride: stride,
        padding: padding
      )
    }

    /// For an output: the inputs of its window in row order.
    func window(_ output: Int) -> [Int] {
      let (pixel, c) = output.quotientAndRemainder(dividingBy: channels)
      let (oy, ox) = pixel.quotientAndRemainder(dividingBy: outWidth)
      return (0..<window * window).compactMap {
        let y = oy * stride - padding + $0 / window
        let x = ox * stride - padding + $0 % window
        guard y >= 0, y < height, x >= 0, x < width else { return nil }
        return (y * width + x) * channels + c
      }
    }
  }

  private static let sizes = [
    Sizes(6, 4, 3, 2, 2, 0), Sizes(5, 7, 17, 3, 2, 1), Sizes(4, 4, 16, 3, 1, 1),
    Sizes(1, 1, 1, 1, 1, 0), Sizes(9, 3, 33, 3, 3, 0), Sizes(1, 5, 2, 3, 2, 1),
    Sizes(8, 8, 5, 5, 2, 2), Sizes(5, 5, 1, 2, 2, 1),
  ]

  /// What the four kernels write: outputs and input gradients of both rules.
  private func run(_ s: Sizes, _ x: [Float], _ dy: [Float], _ level: KernelLevel) -> [[Double]] {
    let (k, windows) = (KernelSet(level), s.windows)
    let start = x.map { $0 / 3 }
    let top = written(s.outputs) { k.maxPool(windows, $0, x) }
    let mean = written(s.outputs) { k.averagePool(windows, $0, x) }
    let output = top.map { Float($0) }
    let dTop = written(s.inputs, from: start) { k.maxPoolBackward(windows, $0, dy, x, output) }
    let dMean = written(s.inputs, from: start) { k.averagePoolBackward(windows, $0, dy) }
    return [top, mean, dTop, dMean]
  }

  private func reference(_ s: Sizes, _ x: [Float], _ dy: [Float]) -> [[Double]] {
    let area = Double(s.window * s.window)
    var (top, mean) = ([Double](), [Double]())
    var dTop = x.map { Double($0 / 3) }
    var dMean = dTop
    for output in 0..<s.outputs {
      let window = s.window(output)
      let g = Double(dy[output])
      // Ties go to the first.
      let winner = window.reduce(window[0]) { x[$1] > x[$0] ? $1 : $0 }
      top.append(Double(x[winner]))
      dTop[winner] += g
      mean.append(window.reduce(0) { $0 + Double(x[$1]) } / area)
      for i in window { dMean[i] += g / area }
    }
    return [top, mean, dTop, dMean]
  }

  @Test(arguments: sizes, [false, true])
  func poolsAgreeWithTheirDefinitionOnEveryLevel(sizes: Sizes, ties: Bool) {
    let values = (0..<sizes.inputs).map { i in
      ties ? Float(i * 7 % 3) - 2 : unevenValue(1, 2, i) * 100
    }
    let dy = (0..<sizes.outputs).map { Float($0 * 5 % 11) - 5 }
    let expected = reference(sizes, values, dy)
    let baseline = run(sizes, values, dy, .baseline)
    for (value, exact) in zip(baseline, expected) {
      #expect(relativeError(value, exact) < 1e-6)
    }
    #expect(baseline[0] == expected[0])
    for level in KernelSetTests.levels {
      let bits = run(sizes, values, dy, level).map { $0.map(\.bitPattern) }
      #expect(bits == baseline.map { $0.map(\.bitPattern) })
    }
  }
}
