import Optimizers
import Tensors

/// What a plan comes to for a training set of a certain size: steps, schedule, α and λ.
public struct Horizon: Sendable {
  /// Training images, B.
  public let samples: Int
  /// Steps of an epoch, ⌈B/b⌉: the last batch may be short.
  public let stepsPerEpoch: Int
  /// Steps that the run takes: the horizon's, or fewer with --steps.
  public let steps: Int
  /// What the plan says of η, over epochs · stepsPerEpoch steps.
  public let schedule: Schedule
  /// How η goes in the plan's dialect.
  public let course: LearningCourse
  /// The update rule.
  public let rule: any UpdateRule
  /// α.
  public let learningRate: Double
  /// λ, raw, in each of the course's periods, normalised by the period's epochs; 0 for a rule
  /// without decoupled decay.
  public let decays: [Double]
  /// What λ is measured in.
  let decayUnit: Dialect.DecayUnit
  /// λ_norm of the first period's λ.
  public let normalizedDecay: Double

  /// Works out a validated plan for `samples` images; throws a usage failure for a batch larger
  /// than the set, and for a λ that would wipe the weights out.
  public init(_ plan: TrainingPlan, samples: Int) throws {
    if plan.batchSize > samples {
      throw Failure(
        .usage,
        "--batch-size \(plan.batchSize) is more than the \(samples) training images."
      )
    }
    let plan = try plan.resolved
    let row = try plan.ruleRow
    self.samples = samples
    stepsPerEpoch = (samples + plan.batchSize - 1) / plan.batchSize
    let horizon = plan.epochs * stepsPerEpoch
    steps = min(horizon, plan.steps ?? horizon)
    schedule = Schedule(
      plan.scheduleShape,
      epochs: plan.epochs,
      stepsPerEpoch: stepsPerEpoch,
      warmupEpochs: plan.warmupEpochs
    )
    course =
      plan.authorsShape.map {
        .authors(
          AuthorsSchedule(
            $0,
            epochs: plan.epochs,
            batchesPerEpoch: (samples + plan.batchSize - 1) / plan.batchSize
          )
        )
      } ?? .schedule(schedule)
    rule = try plan.updateRule
    decayUnit = plan.dialect.decayUnit
    learningRate = plan.learningRate ?? row.learningRate
    let units = course.decayUnits(batch: plan.batchSize, samples: samples)
    if !rule.decaysWeights || course.leavesDecayOut {
      decays = units.map { _ in 0 }
    } else if let raw = plan.weightDecay {
      decays = units.map { _ in raw }
    } else {
      let normalized = plan.weightDecayNorm ?? 0
      decays = units.map { normalized * $0 }
    }
    normalizedDecay = units[0] > 0 ? decays[0] / units[0] : 0
    try refuseStrongDecay(plan)
  }

  /// Refuses a λ that would wipe the weights out, as 0.01, PyTorch's usual one, does where decay is
  /// not times the learning rate.
  private func refuseStrongDecay(_ plan: TrainingPlan) throws {
    guard let raw = plan.weightDecay, raw > 1e-3, plan.dialect.decayUnit != .learningRate,
      !plan.allowStrongDecay
    else { return }
    let left = 100 * Elementary.power(1 - min(1, raw), stepsPerEpoch)
    let normalized =
      plan.dialect.normalizesDecay
      ? "--weight-decay-norm \(significant(normalizedDecay)) and " : ""
    throw Failure(
      .usage,
      "--weight-decay \(raw) is λ of the paper, not times the learning rate: an undriven weight "
        + "would keep \(significant(left)) % after one epoch. It equals \(normalized)PyTorch's "
        + "weight_decay \(significant(raw / learningRate)); PyTorch's \(raw) is --weight-decay "
        + "\(significant(raw * learningRate)) here. To mean it, add --allow-strong-decay."
    )
  }

  /// λ of the first period, and of the whole run without restarts.
  public var decay: Double { decays[0] }

  /// η at 0-based step `step`.
  public func multiplier(at step: Int) -> Double { course.multiplier(at: step) }

  /// λ at 0-based step `step`.
  public func decay(at step: Int) -> Double { decays[course.period(at: step)] }

  /// The part of a weight that decoupled decay takes off at 0-based step `step`: η·λ, and times α
  /// in dialects that have it so.
  public func decayPart(at step: Int) -> Double {
    decayUnit.part(
      of: decay(at: step),
      learningRate: learningRate,
      multiplier: multiplier(at: step)
    )
  }

  /// The numbers of epochs after which a period ends within the horizon.
  public var periodEnds: [Int] {
    schedule.periods.map(\.upperBound).filter { $0 <= schedule.epochs }
  }

  /// The numbers of epochs after which a snapshot is kept: those of the restart periods' ends, none
  /// without restarts.
  public var snapshotEpochs: [Int] {
    if case .warmRestarts = schedule.shape { periodEnds } else { [] }
  }

  /// What is worth a warning before the run.
  public var warnings: [String] {
    var warnings: [String] = []
    if course.leavesDecayOut && rule.decaysWeights {
      warnings.append(
        "the authors' code has no decoupled decay under its step schedule: nothing decays here."
      )
    }
    guard let last = schedule.periods.last, last.upperBound > schedule.epochs else {
      return warnings
    }
    let eta = significant(schedule.multiplier(at: schedule.steps))
    let fuller = ["\(last.upperBound)"] + (last.lowerBound > 0 ? ["\(last.lowerBound)"] : [])
    return warnings + [
      "the run ends inside a restart period, at η \(eta): --epochs "
        + "\(fuller.reversed().joined(separator: " or ")) would end one."
    ]
  }
}
