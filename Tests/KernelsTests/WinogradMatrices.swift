/// The matrices of F(4×4, 3×3) as they follow from its points: 0, 1, −1, ½, −2 and ∞.
enum WinogradMatrices {
  typealias Matrix = [[Double]]

  private static let points = [0, 1, -1, 0.5, -2]

  /// 6×6: the coefficients of Π (x − p) over the other finite points, and over all of them.
  static let input: Matrix = (0...5).map { i in
    var product = [1.0]
    for (j, p) in points.enumerated() where j != i {
      product = zip([0] + product, product + [0]).map { $0 - p * $1 }
    }
    return product + Array(repeating: 0, count: 6 - product.count)
  }

  /// 6×3: the powers of each point over Π (point − p).
  static let weights: Matrix =
    points.map { a in
      let scale = points.reduce(1) { $1 == a ? $0 : $0 * (a - $1) }
      return [1 / scale, a / scale, a * a / scale]
    } + [[0, 0, 1]]

  /// 6×4: the powers of each point.
  static let gradient: Matrix = points.map { [1, $0, $0 * $0, $0 * $0 * $0] } + [[0, 0, 0, 1]]

  /// 4×6 and 3×6.
  static let output = transposed(gradient)
  static let weightGradient = transposed(weights)

  private static func transposed(_ m: Matrix) -> Matrix {
    m[0].indices.map { column in m.map { $0[column] } }
  }

  /// M v Mᵀ in row order, v(row, column) being square.
  static func apply(_ m: Matrix, _ v: (Int, Int) -> Double) -> [Double] {
    let size = m[0].count
    let right = (0..<size).map { row in
      m.map { weights in (0..<size).reduce(0) { $0 + weights[$1] * v(row, $1) } }
    }
    return m.flatMap { weights in
      m.indices.map { column in (0..<size).reduce(0) { $0 + weights[$1] * right[$1][column] } }
    }
  }
}
