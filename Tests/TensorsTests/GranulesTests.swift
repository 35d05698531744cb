import Tensors
import TestSupport
import Testing

struct GranulesTests {
  @Test(arguments: [(0, 0), (1, 1), (1023, 1), (1024, 1), (1025, 2), (2048, 2), (10_241, 11)])
  func countsWholeAndBrokenGranules(elements: Int, granules: Int) {
    #expect(Granules.count(elements) == granules)
  }

  @Test(arguments: [
    (0..<1, 5000, 0..<1024), (2..<4, 5000, 2048..<4096), (4..<5, 5000, 4096..<5000),
    (5..<9, 5000, 5000..<5000), (0..<0, 5000, 0..<0),
  ])
  func elementsEndAtTheLayout(granules: Range<Int>, limit: Int, elements: Range<Int>) {
    #expect(Granules.elements(granules, limit: limit) == elements)
  }

  /// Sixteen accumulators by index mod 16, added from left to right.
  @Test(arguments: [0, 1, 15, 16, 17, 31, 33, 100, 1000, 1023, 1024])
  func sumOfSquaresHasItsOrder(count: Int) {
    let x = (0..<count).map { unevenValue(1, 2, $0) }
    let columns = (0..<16).map { column in
      stride(from: column, to: count, by: 16).reduce(0.0) { $0 + Double(x[$1]) * Double(x[$1]) }
    }
    // 24-bit factors: a square is exact in Float64, so only the order of adding matters.
    #expect(Granules.sumOfSquares(x, count: count) == columns.reduce(0, +))
  }

  @Test func sumOfSquaresNeedsNoAlignment() {
    let x = (0..<1030).map { unevenValue(3, 0, $0) }
    let aligned = Granules.sumOfSquares(Array(x[5..<1029]), count: 1024)
    let shifted = x.withUnsafeBufferPointer {
      Granules.sumOfSquares($0.baseAddress! + 5, count: 1024)
    }
    #expect(aligned == shifted)
  }

  @Test func hugeValuesDoNotOverflow() {
    let x = Array(repeating: Float.greatestFiniteMagnitude, count: 1024)
    let square = Double(Float.greatestFiniteMagnitude) * Double(Float.greatestFiniteMagnitude)
    #expect(abs(Granules.sumOfSquares(x, count: 1024) / (1024 * square) - 1) < 1e-14)
  }
}
