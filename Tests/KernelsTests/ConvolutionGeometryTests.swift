import Kernels
import Tensors
import Testing

struct ConvolutionGeometryTests {
  private static let geometries = [
    (32, 32, 3, 16, 3, 1, 1), (32, 32, 16, 16, 3, 1, 1), (16, 16, 128, 128, 3, 2, 1),
    (224, 224, 3, 64, 7, 2, 3), (8, 8, 512, 512, 3, 1, 1), (9, 5, 2000, 4, 5, 1, 2),
    (1, 1, 7, 3, 1, 1, 0), (33, 31, 3, 17, 5, 1, 2),
  ].map { h, w, input, outputs, kernel, stride, padding in
    ConvolutionGeometry(
      input: ImageShape(height: h, width: w, channels: input),
      outputs: outputs,
      kernel: kernel,
      stride: stride,
      padding: .zeros(padding)
    )
  }

  @Test func blocksTileTheRowsAndFitTheCache() {
    for g in Self.geometries {
      var end = 0
      for block in 0..<g.blocks {
        let rows = g.rows(block)
        #expect(rows.lowerBound == end && !rows.isEmpty && rows.count <= g.rowsPerBlock)
        // Within 64 Ki floats, unless a single row has more.
        let floats = rows.count * g.output.width * g.depth
        #expect(floats <= 65_536 || rows.count == 1)
        #expect(g.isPointwise || floats <= g.patchCapacity)
        end = rows.upperBound
      }
      #expect(end == g.output.height)
    }
  }

  @Test func sizesFollowTheArithmeticOfConvolutions() {
    let first = Self.geometries[3]
    #expect(first.output == ImageShape(height: 112, width: 112, channels: 64))
    #expect(first.depth == 147 && first.multiplyAdds == 112 * 112 * 64 * 147)
    let pointwise = Self.geometries[6]
    #expect(pointwise.isPointwise && pointwise.patchCapacity == 0 && pointwise.blocks == 1)
    #expect(Self.geometries.filter(\.isPointwise).count == 1)
  }

  /// Size, kernel, stride; outputs and zeros before, as jax.lax.padtype_to_pads has them for
  /// "SAME".
  @Test(arguments: [
    ((1, 3, 1), (1, 1)), ((8, 3, 1), (8, 1)), ((1, 3, 2), (1, 1)), ((2, 3, 2), (1, 0)),
    ((7, 3, 2), (4, 1)), ((8, 3, 2), (4, 0)), ((33, 3, 2), (17, 1)), ((8, 1, 2), (4, 0)),
    ((7, 1, 2), (4, 0)), ((1, 5, 2), (1, 2)), ((8, 5, 2), (4, 1)), ((7, 2, 2), (4, 0)),
    ((8, 3, 3), (3, 0)), ((7, 3, 3), (3, 1)), ((33, 3, 3), (11, 0)),
  ])
  func samePaddingIsTensorFlows(sizes: (Int, Int, Int), expected: (Int, Int)) {
    // The other dimension has its own zeros.
    for (height, width) in [(sizes.0, 16), (16, sizes.0)] {
      let g = ConvolutionGeometry(
        input: ImageShape(height: height, width: width, channels: 1),
        outputs: 1,
        kernel: sizes.1,
        stride: sizes.2,
        padding: .same
      )
      let (outputs, before) =
        height == 16 ? (g.output.width, g.left) : (g.output.height, g.top)
      #expect(outputs == expected.0 && before == expected.1)
    }
  }
}
