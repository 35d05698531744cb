/// The largest difference, in units of the largest magnitude of the exact values or of `floor`.
///
/// Infinite where sizes differ or a value is NaN.
public func relativeError<Values: Collection>(
  _ values: Values,
  _ exact: some Collection<Double>,
  floor: Double = 0
) -> Double where Values.Element: BinaryFloatingPoint {
  guard values.count == exact.count else { return .infinity }
  let scale = max(exact.reduce(0) { max($0, abs($1)) }, floor, .leastNormalMagnitude)
  var worst = 0.0
  for (value, exact) in zip(values, exact) {
    let error = abs(Double(value) - exact) / scale
    // A NaN would lose every comparison.
    if !(error <= worst) { worst = error.isNaN ? .infinity : error }
  }
  return worst
}
