import Tensors
import Testing

/// Beta(α, α) by its moments, over 10,000 numbers.
struct BetaTests {
  private func numbers(_ alpha: Double) -> [Double] {
    (0..<10_000).map {
      var draws = RandomDraws(seed: 3, purpose: .mixing, step: $0)
      return draws.beta(alpha)
    }
  }

  @Test(arguments: [0.1, 0.2, 0.4, 1, 1.5, 5, 40])
  func momentsAreThoseOfTheDistribution(alpha: Double) {
    let numbers = numbers(alpha)
    #expect(numbers.allSatisfy { $0 >= 0 && $0 <= 1 })
    let n = Double(numbers.count)
    let mean = numbers.reduce(0, +) / n
    let variance = 1 / (4 * (2 * alpha + 1))
    #expect(abs(mean - 0.5) < 5 * (variance / n).squareRoot())
    let squares = numbers.map { ($0 - 0.5) * ($0 - 0.5) }
    // The fourth central moment of Beta(α, α) is 3 / (16·(2α + 1)·(2α + 3)).
    let fourth = 3 / (16 * (2 * alpha + 1) * (2 * alpha + 3))
    let error = ((fourth - variance * variance) / n).squareRoot()
    #expect(abs(squares.reduce(0, +) / n - variance) < 5 * error)
  }

  /// With α = 1 all numbers are as likely: χ² of tenths has mean 9 and variance 18.
  @Test func oneIsUniform() {
    var counts = Array(repeating: 0.0, count: 10)
    for number in numbers(1) { counts[min(9, Int(number * 10))] += 1 }
    let square = counts.reduce(0) { $0 + ($1 - 1000) * ($1 - 1000) / 1000 }
    #expect(square < 9 + 5 * 18.0.squareRoot())
  }

  /// Where X and Y of Gamma(α) have no Float64 above 0, all is at the ends, evenly.
  @Test func theLeastIsNoNumberLess() {
    let numbers = numbers(0.001)
    #expect(numbers.allSatisfy { $0 >= 0 && $0 <= 1 })
    let high = numbers.count { $0 > 0.5 }
    #expect(abs(high - 5000) < 250)
    #expect(numbers.count { $0 > 1e-6 && $0 < 1 - 1e-6 } < 300)
  }
}
