/// The ten things that the built-in images show, as signed distances; in label order.
///
/// None of them changes its class when mirrored or shifted, so crop and flip are fair.
enum SyntheticFigure: Int, CaseIterable {
  case disc, ring, square, triangle, plus, saltire
  case horizontalStripes, verticalStripes, checkerboard, dots

  /// For people.
  var name: String {
    switch self {
    case .horizontalStripes: "horizontal stripes"
    case .verticalStripes: "vertical stripes"
    default: String(describing: self)
    }
  }

  /// Pixels from (u, v) to the edge of the figure, negative inside; v points down from the centre.
  ///
  /// `radius` is half the size of a shape, `line` half the width of a stroke; a texture repeats
  /// after `period`.
  @inline(__always)
  func distance(_ u: Float, _ v: Float, radius: Float, line: Float, period: Float) -> Float {
    switch self {
    case .disc: length(u, v) - 0.9 * radius
    case .ring: (length(u, v) - 0.9 * radius).magnitude - line
    case .square: (max(u.magnitude, v.magnitude) - 0.8 * radius).magnitude - line
    case .triangle: max(v - 0.5 * radius, 0.8660254 * u.magnitude - 0.5 * v - 0.5 * radius)
    case .plus: crossed(u, v, radius, line)
    case .saltire: crossed(0.70710678 * (u + v), 0.70710678 * (u - v), radius, line)
    case .horizontalStripes: stripe(v, period)
    case .verticalStripes: stripe(u, period)
    case .checkerboard: exclusive(stripe(u, period), stripe(v, period))
    case .dots:
      length(stripe(u, period) + 0.25 * period, stripe(v, period) + 0.25 * period) - 0.3 * period
    }
  }
}

@inline(__always)
private func length(_ u: Float, _ v: Float) -> Float { (u * u + v * v).squareRoot() }

/// Two bars that cross in the origin.
@inline(__always)
private func crossed(_ u: Float, _ v: Float, _ radius: Float, _ line: Float) -> Float {
  let (u, v) = (u.magnitude, v.magnitude)
  return max(max(u, v) - radius, min(u, v) - line)
}

/// Bars half a period wide: -period/4 in the middle of a bar, period/4 in the middle of a gap.
@inline(__always)
private func stripe(_ x: Float, _ period: Float) -> Float {
  // The offset keeps the operand positive, where dropping the fraction is rounding down.
  let turns = x / period + 64
  return ((turns - Float(Int32(turns)) - 0.5).magnitude - 0.25) * period
}

/// Inside where exactly one of the two is.
@inline(__always)
private func exclusive(_ a: Float, _ b: Float) -> Float { max(min(a, b), -max(a, b)) }
