/// exp, log, sin and cos in Float64 from additions and multiplications alone.
///
/// glibc chooses its versions by CPU, so their last bit differs between machines; these do not. The
/// tests check errors below 4.5e-16 relative (sine and cosine: of the whole turn's scale).
public enum Elementary {
  private static let ln2High = 0x1.62e42fefa38p-1
  private static let ln2Low = 0x1.ef35793c7673p-45

  /// e^x; 0 below -745, infinity above 709.78, NaN stays NaN.
  public static func exp(_ x: Double) -> Double {
    if x.isNaN { return x }
    if x > 709.782712893384 { return .infinity }
    if x < -745.2 { return 0 }
    let k = (x * 1.4426950408889634).rounded()
    let r = (x - k * ln2High) - k * ln2Low
    // |r| ≤ 0.347: thirteen terms of the series leave less than 1e-17.
    var sum = 1.0
    var n = 14.0
    while n > 0 {
      sum = 1 + r / n * sum
      n -= 1
    }
    let power = Int(k)
    // Two factors, so that results below 2^-1022 come out gradually.
    return sum * scale(power / 2) * scale(power - power / 2)
  }

  /// 2^n for |n| ≤ 1022.
  private static func scale(_ n: Int) -> Double {
    Double(bitPattern: UInt64(1023 + n) << 52)
  }

  /// The natural logarithm of a positive finite x; -infinity at 0, NaN below.
  public static func log(_ x: Double) -> Double {
    if x == 0 { return -.infinity }
    guard x > 0, x.isFinite else { return x == .infinity ? x : .nan }
    var exponent = Double(x.exponent)
    var m = x.significand
    if m > 1.4142135623730951 {
      m /= 2
      exponent += 1
    }
    // log m = 2 artanh(s), s = (m - 1) / (m + 1), |s| ≤ 0.1716.
    let s = (m - 1) / (m + 1)
    let z = s * s
    var sum = 0.0
    var n = 23.0
    while n > 1 {
      sum = z * (1 / n + sum)
      n -= 2
    }
    let series = 2 * s + 2 * s * sum
    return exponent * ln2High + (exponent * ln2Low + series)
  }

  /// cos(π x), exact at multiples of ½.
  public static func cosPi(_ x: Double) -> Double {
    var r = x.magnitude.truncatingRemainder(dividingBy: 2)
    if r > 1 { r = 2 - r }
    // r in [0, 1]; cos(π r) = -cos(π (1 - r)).
    if r > 0.5 { return -cosPi(1 - r) }
    if r > 0.25 { return sineSeries(.pi * (0.5 - r)) }
    return cosineSeries(.pi * r)
  }

  /// sin(π x), exact at multiples of ½.
  public static func sinPi(_ x: Double) -> Double { cosPi(x - 0.5) }

  private static func sineSeries(_ x: Double) -> Double {
    let z = x * x
    var sum = 1.0
    var n = 20.0
    while n > 0 {
      sum = 1 - z / (n * (n + 1)) * sum
      n -= 2
    }
    return x * sum
  }

  private static func cosineSeries(_ x: Double) -> Double {
    let z = x * x
    var sum = 1.0
    var n = 19.0
    while n > 0 {
      sum = 1 - z / (n * (n + 1)) * sum
      n -= 2
    }
    return sum
  }

  /// x^n for n ≥ 0 by repeated squaring.
  public static func power(_ x: Double, _ n: Int) -> Double {
    var (result, base, n) = (1.0, x, n)
    while n > 0 {
      if n & 1 == 1 { result *= base }
      base *= base
      n >>= 1
    }
    return result
  }
}
