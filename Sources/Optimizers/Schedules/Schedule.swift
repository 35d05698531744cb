import Tensors

/// η, the schedule multiplier, as a pure function of the step.
///
/// Over the first w steps, the warm-up, η = (s + 1)/w whatever the shape. Then cosine and warm
/// restarts begin, over the steps that remain; epochs that a shape names are counted from the start
/// of the run, so the warm-up covers what lies in it.
public struct Schedule: Hashable, Sendable {
  /// The shape after warm-up.
  public let shape: ScheduleShape
  /// Epochs of the whole horizon, warm-up included.
  public let epochs: Int
  /// Steps of an epoch.
  public let stepsPerEpoch: Int
  /// Epochs of warm-up.
  public let warmupEpochs: Int
  /// The epochs of each restart period in full, T of them, so that the last may end behind the
  /// horizon; the first holds the warm-up.
  ///
  /// A shape without restarts has one, the whole horizon.
  public let periods: [Range<Int>]

  /// A schedule over `epochs` epochs, more than the warm-up's.
  public init(_ shape: ScheduleShape, epochs: Int, stepsPerEpoch: Int, warmupEpochs: Int) {
    precondition(warmupEpochs < epochs, "something must remain after warm-up")
    (self.shape, self.epochs) = (shape, epochs)
    (self.stepsPerEpoch, self.warmupEpochs) = (stepsPerEpoch, warmupEpochs)
    if case .warmRestarts(let restarts) = shape {
      periods = restarts.periods(epochs: epochs, warmup: warmupEpochs)
    } else {
      periods = [0..<epochs]
    }
  }

  /// S, the steps of the whole horizon, warm-up included.
  public var steps: Int { epochs * stepsPerEpoch }
  /// w, the steps of warm-up.
  public var warmupSteps: Int { warmupEpochs * stepsPerEpoch }

  /// η at 0-based step `step`.
  public func multiplier(at step: Int) -> Double { multiplier(at: Double(step), like: step) }

  /// η at a place that need not be a whole step, by the formula of 0-based step `step`.
  func multiplier(at place: Double, like step: Int) -> Double {
    if step < warmupSteps { return (place + 1) / Double(warmupSteps) }
    switch shape {
    case .fixed: return 1
    case .cosine(let arc):
      return arc.multiplier((place - Double(warmupSteps)) / Double(steps - warmupSteps))
    case .step(let epochs, let factor):
      return Elementary.power(factor, epochs.count { self.step(of: $0) <= Double(step) })
    case .piecewiseConstant(let knots):
      return knots.last { self.step(of: $0.epoch) <= Double(step) }?.multiplier ?? 1
    case .piecewiseLinear(let knots): return linear(knots, at: place)
    case .warmRestarts(let restarts):
      let period = period(at: step)
      let first = period == 0 ? warmupSteps : periods[period].lowerBound * stepsPerEpoch
      // The last period's end may lie behind what integers count.
      let end = Double(periods[period].upperBound) * Double(stepsPerEpoch)
      return restarts.multiplier((place - Double(first)) / (end - Double(first)))
    }
  }

  /// The steps, rising, at which η turns: the first behind the warm-up, at a drop or a knot, and of
  /// a restart.
  public var turns: [Int] {
    let named: [Double] =
      switch shape {
      case .fixed, .cosine: []
      case .step(let epochs, _): epochs
      case .piecewiseConstant(let knots), .piecewiseLinear(let knots): knots.map(\.epoch)
      case .warmRestarts: periods.map { Double($0.lowerBound) }
      }
    // A knot may be named for a step that no integer can count.
    let inside = named.map { step(of: $0) }.filter { $0 < Double(steps) }.map { Int($0) }
    return ([warmupSteps] + inside.filter { $0 > warmupSteps }).filter { $0 > 0 }
  }

  /// The place in `periods` of the period that holds 0-based step `step`; the last for steps behind
  /// all.
  public func period(at step: Int) -> Int {
    // The first period that begins after the step, by halving.
    var (low, high) = (1, periods.count)
    while low < high {
      let middle = (low + high) / 2
      if periods[middle].lowerBound * stepsPerEpoch <= step {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low - 1
  }

  /// The first step of the period of 0-based step `step`.
  public func firstStep(ofPeriodAt step: Int) -> Int {
    periods[period(at: step)].lowerBound * stepsPerEpoch
  }

  /// Whether 0-based step `step` is the first after a restart.
  public func restarts(at step: Int) -> Bool { step > 0 && firstStep(ofPeriodAt: step) == step }

  /// The step at which an epoch, counted from 0 and perhaps fractional, begins: the nearest.
  private func step(of epoch: Double) -> Double { (epoch * Double(stepsPerEpoch)).rounded() }

  /// η on the line between the knots around `step`; 1 at 0 unless a knot lies there, and level
  /// behind the last.
  private func linear(_ knots: [ScheduleKnot], at step: Double) -> Double {
    var (from, value) = (0.0, 1.0)
    for knot in knots {
      let to = self.step(of: knot.epoch)
      if to > step {
        return value + (knot.multiplier - value) * ((step - from) / (to - from))
      }
      (from, value) = (to, knot.multiplier)
    }
    return value
  }
}
