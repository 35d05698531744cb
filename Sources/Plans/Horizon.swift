import Optimizers
import Tensors

/// What a plan comes to for a training set of a certain size: steps, schedule, α and λ.
public struct Horizon: Sendable {
  /// The images that an epoch trains on, B: all, or with --drop-last those that fill batches.
  public let samples: Int
  /// Steps of an epoch, ⌈B/b⌉: the last batch may be short, but with --drop-last.
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
  /// Whose form of the rule.
  let dialect: Dialect
  /// λ of λ_norm = 1 in the first period; 0 where nothing decays.
  let firstDecayUnit: Double
  /// λ as it was given, where it is not times the learning rate; else 0.
  let rawDecay: Double
  let allowsStrongDecay: Bool
  /// The decay of the weights' moving average; nil without one.
  let averageDecay: Double?
  /// λ_norm of the first period's λ.
  public let normalizedDecay: Double

  /// Works out a validated plan for `images` to train on; throws a usage failure for a batch larger
  /// than the set.
  public init(_ plan: TrainingPlan, samples images: Int) throws {
    if plan.batchSize > images {
      throw Failure(
        .usage,
        "--batch-size \(plan.batchSize) is more than the \(images) training images."
      )
    }
    let plan = try plan.resolved
    let row = try plan.ruleRow
    let perEpoch = (images + (plan.dropLast ? 0 : plan.batchSize - 1)) / plan.batchSize
    (stepsPerEpoch, samples) = (perEpoch, min(images, perEpoch * plan.batchSize))
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
            batchesPerEpoch: perEpoch
          )
        )
      } ?? .schedule(schedule)
    rule = try plan.updateRule
    (dialect, averageDecay) = (plan.dialect, plan.averageDecay)
    allowsStrongDecay = plan.allowStrongDecay
    learningRate = plan.learningRate ?? row.learningRate
    let units = course.decayUnits(batch: plan.batchSize, samples: samples)
    firstDecayUnit = units[0]
    let (hasDecay, leavesOut) = (rule.decaysWeights, course.leavesDecayOut)
    let isRaw = hasDecay && !leavesOut && plan.dialect.decayUnit != .learningRate
    rawDecay = isRaw ? plan.weightDecay ?? 0 : 0
    if !hasDecay || leavesOut {
      decays = units.map { _ in 0 }
    } else if let raw = plan.weightDecay {
      decays = units.map { _ in raw }
    } else {
      let normalized = plan.weightDecayNorm ?? 0
      decays = units.map { normalized * $0 }
    }
    normalizedDecay = units[0] > 0 ? decays[0] / units[0] : 0
  }

  /// What λ is measured in.
  var decayUnit: Dialect.DecayUnit { dialect.decayUnit }

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
    warnings += coldAverageWarning
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
