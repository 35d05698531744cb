import Tensors

/// How η goes after warm-up, with the numbers that fix it.
public enum ScheduleShape: Hashable, Sendable, CustomStringConvertible {
  /// The part of a cosine that η follows down to 0.
  public enum Arc: String, Sendable, CaseIterable {
    /// ½(1 + cos(π·x)), as the paper has it.
    case half
    /// cos(½π·x): the cosine from 0 to π/2.
    case quarter

    /// η at the part x, 0 to 1, of the way.
    func multiplier(_ x: Double) -> Double {
      switch self {
      case .half: 0.5 * (1 + Elementary.cosPi(x))
      case .quarter: Elementary.cosPi(0.5 * x)
      }
    }
  }

  /// η = 1.
  case fixed
  /// A cosine over all steps after warm-up.
  case cosine(Arc)
  /// η = factor to the power of how many of the epochs, increasing, have begun.
  case step(epochs: [Double], factor: Double)
  /// η is the multiplier of the last knot, their epochs increasing, that has been reached, and 1
  /// before the first.
  case piecewiseConstant([ScheduleKnot])
  /// η lies on straight lines between the knots, 0:1 assumed where none is at 0, and stays at the
  /// last.
  case piecewiseLinear([ScheduleKnot])
  /// A cosine in each restart period.
  case warmRestarts(WarmRestarts)

  /// For people: the name on the command line with its numbers.
  public var description: String {
    switch self {
    case .fixed: "fixed"
    case .cosine(let arc): arc == .half ? "cosine" : "cosine over a quarter period"
    case .step(let epochs, let factor):
      "step, times \(plain(factor)) at epochs \(epochs.map(plain).joined(separator: ","))"
    case .piecewiseConstant(let knots):
      "piecewise-constant \(knots.map(\.description).joined(separator: ","))"
    case .piecewiseLinear(let knots):
      "piecewise-linear \(knots.map(\.description).joined(separator: ","))"
    case .warmRestarts(let restarts): "warm-restarts of \(restarts)"
    }
  }
}
