/// Those of a tile's 81 values that meet the same transformed weight: a few rows of one matrix product.
///
/// The even pixels of a dimension share one weight, the odd ones' five frequencies have one each. `stridedWinogradInput` says where they lie.
struct StridedWinogradMatrix {
  /// Values of a tile.
  static let valuesPerTile = 81
  /// All of them, in the order in which they lie.
  static let all: [StridedWinogradMatrix] =
    [StridedWinogradMatrix(weight: 0, first: 0, rows: 16)]
    + (0..<5).map { StridedWinogradMatrix(weight: 1 + $0, first: 16 + 4 * $0, rows: 4) }
    + (0..<5).map { StridedWinogradMatrix(weight: 6 + 6 * $0, first: 36 + 4 * $0, rows: 4) }
    + (0..<25).map {
      StridedWinogradMatrix(weight: 7 + $0 / 5 * 6 + $0 % 5, first: 56 + $0, rows: 1)
    }

  /// Which of the 36 transformed weights.
  let weight: Int
  /// Values of a tile that lie before these.
  let first: Int
  /// How many of a tile's values these are.
  let rows: Int

  /// Floats that the tiles must lie behind the products, if these, floats apart as given, overwrite them from the front.
  static func distance(from inputStride: Int, to outputStride: Int) -> Int {
    all.map { ($0.first + $0.rows) * outputStride - $0.first * inputStride }.max() ?? 0
  }
}
