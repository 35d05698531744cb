import Tensors
import Testing

struct RecordMergeTests {
  /// (n, mean, M2) of the values of each channel, by its definition.
  private func moments(_ values: [[Double]]) -> [Double] {
    let n = Double(values.count)
    let channels = values[0].count
    let means = (0..<channels).map { c in values.reduce(0) { $0 + $1[c] } / n }
    let squares = (0..<channels).map { c in
      values.reduce(0) { $0 + ($1[c] - means[c]) * ($1[c] - means[c]) }
    }
    return [n] + means + squares
  }

  @Test(arguments: [(1, 1), (1, 9), (5, 2), (40, 40), (3, 500)])
  func momentsOfTwoSetsBecomeThoseOfTheUnion(first: Int, second: Int) {
    var draws = RandomDraws(seed: 1, purpose: .shuffle, step: first)
    // A mean far from zero, which a sum of squares would lose.
    let values = (0..<first + second).map { _ in
      (0..<3).map { 1000 * Double($0) + draws.normalPair().0 }
    }
    var record = moments(Array(values[..<first]))
    let other = moments(Array(values[first...]))
    RecordMerge.moments.merge(&record, other, width: 7)
    for (merged, expected) in zip(record, moments(values)) {
      #expect(abs(merged - expected) <= 1e-11 * max(1, abs(expected)))
    }
  }

  @Test func sumsAddElementByElement() {
    var record = [1.0, -2, 0.5, 7]
    RecordMerge.sum.merge(&record, [10, 20, 30, 40], width: 3)
    #expect(record == [11, 18, 30.5, 7])
  }
}
