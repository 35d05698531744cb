/// How far results are from the exact ones.
public struct ConvolutionError: Sendable {
  /// The largest error, in units of the largest exact magnitude.
  public let maximum: Double
  /// The root of the mean square, in units of that of the exact values.
  public let rms: Double

  /// Of `values` at these places; infinite where a value is NaN.
  public init(_ values: [Float], at places: [Int], _ exact: [Double]) {
    maximum = relativeError(places.map { values[$0] }, exact)
    let squares = zip(places, exact).reduce(0) {
      let error = Double(values[$1.0]) - $1.1
      return $0 + error * error
    }
    let rms = (squares / exact.reduce(0) { $0 + $1 * $1 }).squareRoot()
    self.rms = rms.isNaN ? .infinity : rms
  }
}
