import Kernels
import Tensors
import TestSupport
import Testing

struct PatchesTests {
  /// Every kernel, stride and padding over sizes that are odd, even, flat and narrow.
  private static let geometries: [ConvolutionGeometry] = {
    var all: [ConvolutionGeometry] = []
    for (height, width, channels) in [(5, 4, 3), (7, 7, 1), (1, 6, 2), (9, 2, 17), (8, 10, 4)] {
      for kernel in [1, 3, 5] {
        for stride in [1, 2] {
          let zeros = (0...2).filter { min(height, width) + 2 * $0 >= kernel }
          for padding in zeros.map(Padding.zeros) + [.same] {
            all.append(
              ConvolutionGeometry(
                input: ImageShape(height: height, width: width, channels: channels),
                outputs: 2,
                kernel: kernel,
                stride: stride,
                padding: padding
              )
            )
          }
        }
      }
    }
    return all
  }()

  /// Small integers, so that all sums are exact.
  private func integers(_ count: Int, _ seed: UInt64) -> [Float] {
    var draws = RandomDraws(seed: seed, purpose: .syntheticImages)
    return (0..<count).map { _ in Float(draws.integer(below: 17) - 8) }
  }

  /// Row (oy, ox), column (ky, kx, channel): the input at (oy·stride + ky − top, ox·stride + kx −
  /// left), or zero.
  private func naive(_ g: ConvolutionGeometry, _ image: [Float], _ rows: Range<Int>) -> [Float] {
    rows.flatMap { oy in
      (0..<g.output.width).flatMap { ox in
        (0..<g.depth).map { column in
          let (tap, c) = column.quotientAndRemainder(dividingBy: g.input.channels)
          let y = oy * g.stride + tap / g.kernel - g.top
          let x = ox * g.stride + tap % g.kernel - g.left
          guard y >= 0, y < g.input.height, x >= 0, x < g.input.width else { return 0 }
          return image[(y * g.input.width + x) * g.input.channels + c]
        }
      }
    }
  }

  /// All rows at once, and each by itself.
  private func rowRanges(_ g: ConvolutionGeometry) -> [Range<Int>] {
    [0..<g.output.height] + (0..<g.output.height).map { $0..<$0 + 1 }
  }

  @Test func gatherFollowsTheDefinition() {
    for g in Self.geometries {
      let image = integers(g.input.count, 1)
      for rows in rowRanges(g) {
        let expected = naive(g, image, rows)
        let patches = written(expected.count) { Patches.gather(g, rows: rows, image, into: $0) }
        #expect(patches.map { Float($0) } == expected, "\(g), rows \(rows)")
      }
    }
  }

  /// ⟨gather(x), p⟩ = ⟨x, scatter(p)⟩ for every block of rows; what is there is added to.
  @Test func scatterIsTheTransposeOfGather() {
    let kernels = KernelSet(.best)
    for g in Self.geometries {
      let (image, start) = (integers(g.input.count, 2), integers(g.input.count, 3))
      for rows in rowRanges(g) {
        let patches = integers(rows.count * g.output.width * g.depth, 4)
        let gathered = naive(g, image, rows)
        let scattered = written(g.input.count, from: start) {
          Patches.scatter(g, rows: rows, patches, onto: $0, kernels)
        }
        let left = zip(gathered, patches).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        let right = zip(image, zip(scattered, start)).reduce(0) {
          $0 + Double($1.0) * ($1.1.0 - Double($1.1.1))
        }
        #expect(left == right, "\(g), rows \(rows)")
      }
    }
  }

  /// The whole matrix of `scatter`, one patch element at a time.
  @Test func scatterPutsEveryElementWhereItCameFrom() {
    let kernels = KernelSet(.best)
    for g in Self.geometries where g.input.count <= 60 {
      let numbers = (0..<g.input.count).map { Float($0 + 1) }
      let origins = naive(g, numbers, 0..<g.output.height)
      for (at, origin) in origins.enumerated() {
        var patches = origins.map { _ in Float(0) }
        patches[at] = 1
        var image = numbers.map { _ in Float(0) }
        Patches.scatter(g, rows: 0..<g.output.height, patches, onto: &image, kernels)
        #expect(image == numbers.map { $0 == origin ? 1 : 0 })
      }
    }
  }
}
