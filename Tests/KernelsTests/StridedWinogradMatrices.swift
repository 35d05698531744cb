/// The matrices of Winograd for a stride of 2 as they follow from the points of F(4, 2): 0, 1, −1,
/// ½ and ∞.
///
/// Of a tile's nine values in a dimension the first four are those of the even half.
enum StridedWinogradMatrices {
  typealias Matrix = [[Double]]

  private static let points = [0, 1, -1, 0.5]

  /// 5×5: the coefficients of Π (x − p) over the other finite points, and over all of them.
  private static let oddInput: Matrix = (0...4).map { i in
    var product = [1.0]
    for (j, p) in points.enumerated() where j != i {
      product = zip([0] + product, product + [0]).map { $0 - p * $1 }
    }
    return product + Array(repeating: 0, count: 5 - product.count)
  }

  /// 5×2: the powers of each point over Π (point − p).
  private static let oddWeights: Matrix =
    points.map { a in
      let scale = points.reduce(1) { $1 == a ? $0 : $0 * (a - $1) }
      return [1 / scale, a / scale]
    } + [[0, 1]]

  /// 5×4: the powers of each point.
  private static let oddGradient: Matrix =
    points.map { [1, $0, $0 * $0, $0 * $0 * $0] } + [[0, 0, 0, 1]]

  private static func unit(_ i: Int, _ size: Int) -> [Double] {
    (0..<size).map { $0 == i ? 1 : 0 }
  }

  /// 9×9: every other pixel is an even one.
  static let input: Matrix =
    (0..<4).map { unit(2 * $0 + 1, 9) }
    + oddInput.map { row in (0..<9).map { $0 % 2 == 0 ? row[$0 / 2] : 0 } }

  /// 9×5: every pixel is both, but the last, which is only odd.
  static let doubledInput: Matrix = (0..<4).map { unit($0, 5) } + oddInput

  /// 9×4.
  static let gradient: Matrix = (0..<4).map { unit($0, 4) } + oddGradient

  /// 4×9.
  static let output = transposed(gradient)

  /// 8×9: even and odd pixels in turn.
  static let spread: Matrix = (0..<8).map { i in
    i % 2 == 0
      ? unit(i / 2, 9) : Array(repeating: 0, count: 4) + oddGradient.map { $0[i / 2] }
  }

  /// 6×3.
  static let weights: Matrix = [[0, 1, 0]] + oddWeights.map { [$0[0], 0, $0[1]] }

  /// 3×6.
  static let weightGradient = transposed(weights)

  private static func transposed(_ m: Matrix) -> Matrix {
    m[0].indices.map { column in m.map { $0[column] } }
  }
}
