extension RandomDraws {
  /// A Float64 between two numbers: low + (high − low)·u.
  public mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * uniform()
  }

  /// A number of the distribution Beta(α, α), 0…1, without libm: X / (X + Y), where both are of
  /// Gamma(α).
  ///
  /// `alpha` is positive. The quotient is taken of logarithms, so that a small α, of which X and Y
  /// are both too small for Float64, gives 0s and 1s as it should.
  public mutating func beta(_ alpha: Double) -> Double {
    let first = logGamma(alpha)
    let second = logGamma(alpha)
    return 1 / (1 + Elementary.exp(second - first))
  }

  /// The logarithm of a number of Gamma(α): Marsaglia and Tsang 2000, below α = 1 by way of
  /// Gamma(α + 1)·U^(1/α).
  private mutating func logGamma(_ alpha: Double) -> Double {
    if alpha < 1 {
      let larger = logGamma(alpha + 1)
      return larger + Elementary.log(uniform()) / alpha
    }
    let d = alpha - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let (x, _) = normalPair()
      let v = (1 + c * x) * (1 + c * x) * (1 + c * x)
      let u = uniform()
      guard v > 0 else { continue }
      let logV = Elementary.log(v)
      if Elementary.log(u) < 0.5 * x * x + d - d * v + d * logV { return Elementary.log(d) + logV }
    }
  }
}
