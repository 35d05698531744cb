import Optimizers
import Tensors

/// What decoupled decay leaves of a weight that no gradient moves, over runs that are too long to go
/// through step by step.
///
/// It is exp Σ ln(1 − part), and over each stretch on which η is one smooth function the sum is an
/// integral with its first correction (Euler–Maclaurin about midpoints), by Gauss's rule of 16
/// places in each of four panels. For η that falls or rises once over N ≥ 4096 steps what is left out is
/// of the order part/N², and what the arithmetic rounds 1e-13 of the sum: together below 1e-8 of the
/// result where parts are below a tenth (`UndrivenWeightTests`).
struct UndrivenWeight {
  /// Steps from which on a stretch is integrated.
  private static let shortest = 4096
  private static let panels = 4
  /// Gauss and Legendre's places in −1 to 1, the other half mirrored, and their weights.
  private static let rule: [(place: Double, weight: Double)] = [
    (0.0950125098376374, 0.1894506104550685), (0.2816035507792589, 0.1826034150449236),
    (0.4580167776572274, 0.1691565193950025), (0.6178762444026438, 0.1495959888165767),
    (0.7554044083550030, 0.1246289712555339), (0.8656312023878318, 0.0951585116824928),
    (0.9445750230732326, 0.0622535239386479), (0.9894009349916499, 0.0271524594117541),
  ]

  private let horizon: Horizon
  private let pieces: [SmoothPiece]

  /// A weight in a run.
  init(_ horizon: Horizon) {
    self.horizon = horizon
    pieces = horizon.course.smoothPieces(steps: horizon.steps)
  }

  /// The parts of the weight that are left after so many steps, which rise.
  func left(after counts: [Int]) -> [Double] {
    var (sum, done, left) = (0.0, 0, [Double]())
    var rest = pieces[...]
    for count in counts {
      while done < count, let piece = rest.first {
        let part = piece.clamped(to: done..<count)
        sum += logarithm(part)
        done = max(done, part.steps.upperBound)
        if piece.steps.upperBound <= done { rest.removeFirst() }
      }
      left.append(Elementary.exp(sum))
    }
    return left
  }

  /// Σ ln(1 − part) over the steps of a piece.
  private func logarithm(_ piece: SmoothPiece) -> Double {
    let steps = piece.steps
    guard let first = steps.first, let last = steps.last else { return 0 }
    let decay = horizon.decay(at: first)
    func part(_ place: Double) -> Double {
      horizon.decayUnit.part(
        of: decay,
        learningRate: horizon.learningRate,
        multiplier: piece.multiplier(place)
      )
    }
    func value(_ place: Double) -> Double { Self.logarithm(oneLess: part(place)) }
    if steps.count < Self.shortest {
      return steps.reduce(0) { $0 + value(Double($1)) }
    }
    // Where thousands of steps begin or end with half the weight, nothing that Float64 knows is left.
    if max(part(Double(first)), part(Double(last))) >= 0.5 { return -.infinity }
    let ends = (first: Double(first), last: Double(last))
    let slopes = (
      first: value(ends.first + 1) - value(ends.first),
      last: value(ends.last) - value(ends.last - 1)
    )
    let integral = Self.integral(from: ends.first - 0.5, to: ends.last + 0.5, of: value)
    return integral - (slopes.last - slopes.first) / 24
  }

  private static func integral(
    from start: Double,
    to end: Double,
    of value: (Double) -> Double
  ) -> Double {
    let half = (end - start) / Double(2 * panels)
    return (0..<panels).reduce(0.0) { sum, panel in
      let middle = start + Double(2 * panel + 1) * half
      return rule.reduce(sum) {
        $0 + half * $1.weight * (value(middle - half * $1.place) + value(middle + half * $1.place))
      }
    }
  }

  /// ln(1 − x), for small x by its series, which does not lose what 1 − x would; of what is taken
  /// whole, or more, nothing is left.
  private static func logarithm(oneLess x: Double) -> Double {
    if x >= 1 { return -.infinity }
    guard x < 0.01 else { return Elementary.log(1 - x) }
    // Nine terms leave 1e-20 of the first.
    var sum = 0.0
    for n in stride(from: 9.0, through: 1, by: -1) { sum = x * (1 / n + sum) }
    return -sum
  }
}
