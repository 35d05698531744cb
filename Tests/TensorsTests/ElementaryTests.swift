import Foundation
import Tensors
import Testing

/// Against glibc, whose own error is 1.2e-16 at most; found: exp 2.3e-16, log 2.2e-16 (away from
/// 1), cos and sin 2.3e-16.
struct ElementaryTests {
  /// The largest error relative to the reference over a sweep.
  private func worst(
    _ arguments: some Sequence<Double>,
    _ own: (Double) -> Double,
    _ reference: (Double) -> Double
  ) -> Double {
    arguments.reduce(0) { worst, x in
      let exact = reference(x)
      return max(worst, abs(own(x) - exact) / max(abs(exact), .leastNormalMagnitude))
    }
  }

  @Test(arguments: [(-708.0, 709.7, 0.0137), (-1, 1, 1.3e-5), (-1e-8, 1e-8, 1.7e-13)])
  func exponential(from: Double, to: Double, by: Double) {
    #expect(worst(stride(from: from, through: to, by: by), Elementary.exp, Foundation.exp) < 4e-16)
  }

  @Test func exponentialAtItsEnds() {
    #expect(Elementary.exp(0) == 1)
    #expect(Elementary.exp(-0.0) == 1)
    #expect(Elementary.exp(.nan).isNaN)
    #expect(Elementary.exp(.infinity) == .infinity)
    #expect(Elementary.exp(-.infinity) == 0)
    #expect(Elementary.exp(709.782712893384).isFinite)
    #expect(Elementary.exp(709.7827128933841) == .infinity)
    #expect(Elementary.exp(-746) == 0)
    // Gradual underflow: within one of the smallest numbers.
    for x in stride(from: -745.1, to: -708, by: 0.0931) {
      #expect(abs(Elementary.exp(x) - Foundation.exp(x)) <= 2 * .leastNonzeroMagnitude)
    }
  }

  @Test func logarithmOverAllMagnitudes() {
    let powers = stride(from: -1074, through: 1023, by: 1)
    let arguments = powers.lazy.flatMap { power in
      [1.0, 1.0001, 1.25, 1.4142135623730951, 1.41421356237310, 1.5, 1.75, 1.999999].map {
        scalbn($0, power)
      }
    }
    #expect(worst(arguments, Elementary.log, Foundation.log) < 4e-16)
  }

  /// Near 1 the result is small, and almost as exact: the largest error found is 4.2e-16.
  @Test(arguments: [0.5, 1e-3, 1e-8, 1e-15])
  func logarithmNearOne(width: Double) {
    let arguments = stride(from: -1.0, through: 1, by: 1.7e-5).lazy.map { 1 + width * $0 }
    #expect(worst(arguments, Elementary.log, Foundation.log) < 4.5e-16)
  }

  @Test func logarithmAtItsEnds() {
    #expect(Elementary.log(1) == 0)
    #expect(Elementary.log(0) == -.infinity)
    #expect(Elementary.log(-1).isNaN)
    #expect(Elementary.log(.nan).isNaN)
    #expect(Elementary.log(.infinity) == .infinity)
    #expect(Elementary.log(-.infinity).isNaN)
  }

  @Test func cosineIsExactAtQuarterTurns() {
    for (turns, value) in [(0.0, 1.0), (0.5, 0), (1, -1), (1.5, 0), (2, 1), (2.5, 0), (1e6, 1)] {
      #expect(Elementary.cosPi(turns) == value)
      #expect(Elementary.cosPi(-turns) == value)
    }
    for (turns, value) in [(0.0, 0.0), (0.5, 1), (1, 0), (1.5, -1), (2, 0), (-0.5, -1)] {
      #expect(Elementary.sinPi(turns) == value)
    }
  }

  /// Over an octant glibc's cos(π·x) is exact enough to compare with; everything else is symmetry.
  @Test func cosineAndSineOverAnOctant() {
    let cosine = stride(from: 0.0, through: 0.25, by: 1.9e-6)
    #expect(worst(cosine, Elementary.cosPi, { cos(.pi * $0) }) < 4e-16)
    // Multiples of 2^-32, which are what is drawn: x − ½ is exact for them.
    let sine = (1...100_000).lazy.map { Double($0) * 10_737 * 0x1p-32 }
    #expect(worst(sine, Elementary.sinPi, { sin(.pi * $0) }) < 4e-16)
  }

  @Test func cosineAndSineKeepTheirSymmetries() {
    for k in 0..<20_000 {
      // Exact multiples of 2^-20, so that all sums here are exact.
      let x = Double(k) * 27 * 0x1p-20
      #expect(Elementary.cosPi(x + 2) == Elementary.cosPi(x))
      #expect(Elementary.cosPi(x + 1) == -Elementary.cosPi(x))
      #expect(Elementary.cosPi(-x) == Elementary.cosPi(x))
      #expect(Elementary.sinPi(x + 0.5) == Elementary.cosPi(x))
      let (c, s) = (Elementary.cosPi(x), Elementary.sinPi(x))
      #expect(abs(c * c + s * s - 1) < 5e-16)
    }
  }

  @Test func powerIsRepeatedMultiplication() {
    for (x, n, value) in [(3.0, 0, 1.0), (0, 0, 1), (0, 5, 0), (2, 10, 1024), (-3, 3, -27)] {
      #expect(Elementary.power(x, n) == value)
    }
    for n in [1, 7, 100, 39_000, 1_000_000] {
      let exact = Foundation.pow(0.999, Double(n))
      // Each of the 2·log₂ n roundings is amplified by what is squared after it.
      #expect(abs(Elementary.power(0.999, n) - exact) <= 2.3e-16 * Double(n) * exact)
    }
  }
}
