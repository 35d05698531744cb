/// The unit in which sums over elements are taken and in which buckets and slices are cut.
///
/// A granule is 1024 consecutive elements of the flat layout whatever the number of ranks; the last
/// one may be shorter.
public enum Granules {
  /// Elements of a granule.
  public static let size = 1024

  /// Granules that `elements` elements fill.
  public static func count(_ elements: Int) -> Int { (elements + size - 1) / size }

  /// The elements of a range of granules in a layout of `limit` elements.
  public static func elements(_ granules: Range<Int>, limit: Int) -> Range<Int> {
    min(granules.lowerBound * size, limit)..<min(granules.upperBound * size, limit)
  }

  /// Σ x² of one granule in Float64: sixteen accumulators by index mod 16, then those from left to
  /// right.
  public static func sumOfSquares(_ x: UnsafePointer<Float>, count: Int) -> Double {
    var sums = SIMD16<Double>.zero
    let vectors = count / 16
    let raw = UnsafeRawPointer(x)
    for i in 0..<vectors {
      let v = SIMD16<Double>(raw.loadUnaligned(fromByteOffset: 64 * i, as: SIMD16<Float>.self))
      sums += v * v
    }
    for i in 16 * vectors..<count {
      let v = Double(x[i])
      sums[i - 16 * vectors] += v * v
    }
    var total = 0.0
    for i in 0..<16 { total += sums[i] }
    return total
  }
}
