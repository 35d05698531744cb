/// How η and λ go over a run: by a schedule as a formula of the step, or by the replay of the
/// authors' code.
public enum LearningCourse: Hashable, Sendable {
  /// A formula.
  case schedule(Schedule)
  /// The replay.
  case authors(AuthorsSchedule)

  /// η at 0-based step `step`.
  public func multiplier(at step: Int) -> Double {
    switch self {
    case .schedule(let schedule): schedule.multiplier(at: step)
    case .authors(let schedule): schedule.multiplier(at: step)
    }
  }

  /// η at the steps of an epoch, counted from 0: what `multiplier` says one by one, where that
  /// would take long.
  public func multipliers(inEpoch epoch: Int) -> [Double] {
    switch self {
    case .schedule(let schedule):
      let first = epoch * schedule.stepsPerEpoch
      return (first..<first + schedule.stepsPerEpoch).map { schedule.multiplier(at: $0) }
    case .authors(let schedule): return schedule.multipliers(inEpoch: epoch)
    }
  }

  /// The number, from 0, of the restart period that holds 0-based step `step`.
  public func period(at step: Int) -> Int {
    switch self {
    case .schedule(let schedule): schedule.period(at: step)
    case .authors(let schedule): schedule.period(at: step)
    }
  }

  /// The first step of the period of 0-based step `step`.
  public func firstStep(ofPeriodAt step: Int) -> Int {
    switch self {
    case .schedule(let schedule): schedule.firstStep(ofPeriodAt: step)
    case .authors(let schedule): schedule.periods[schedule.period(at: step)].firstStep
    }
  }

  /// Whether 0-based step `step` is the first after a restart.
  public func restarts(at step: Int) -> Bool { step > 0 && firstStep(ofPeriodAt: step) == step }

  /// The first step of each period.
  public var periodStarts: [Int] {
    switch self {
    case .schedule(let schedule):
      schedule.periods.map { $0.lowerBound * schedule.stepsPerEpoch }
    case .authors(let schedule): schedule.periods.map(\.firstStep)
    }
  }

  /// T of each period: its epochs, warm-up included; 0 where nothing decays.
  public var periodEpochs: [Double] {
    switch self {
    case .schedule(let schedule): schedule.periods.map { Double($0.count) }
    case .authors(let schedule): schedule.periods.map(\.epochs)
    }
  }

  /// λ of λ_norm = 1 in each period, with `batch` samples an update and `samples` in all; 0 where
  /// the authors' code decays nothing.
  public func decayUnits(batch: Int, samples: Int) -> [Double] {
    switch self {
    case .schedule(let schedule):
      schedule.periods.map {
        decay(normalized: 1, batch: batch, samples: samples, epochs: $0.count)
      }
    case .authors(let schedule):
      schedule.periods.indices.map { schedule.decay(normalized: 1, period: $0) }
    }
  }

  /// Whether decoupled decay is left out whatever λ is.
  public var leavesDecayOut: Bool {
    if case .authors(let schedule) = self { return schedule.shape == .multistep }
    return false
  }
}
