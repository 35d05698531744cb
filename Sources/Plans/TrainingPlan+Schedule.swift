import Optimizers
import Tensors

extension TrainingPlan {
  /// The drops of the AdamW paper's figure 1.
  static let usualStepEpochs = [30.0, 60, 80]
  /// Those of the authors' code: it drops in epochs 81 and 122, counted from 1.
  static let authorsStepEpochs = [80.0, 121]
  /// What --sched step multiplies by, which the paper leaves open.
  static let usualStepFactor = 0.1
  /// T_0 of the paper.
  static let usualRestartEpochs = 100
  /// T_mult of the paper.
  static let usualRestartFactor = 2.0
  /// Periods that a run may reach: what is kept of each must stay small.
  static let mostRestartPeriods = 10_000

  /// The schedule's shape, with the usual numbers where none are given.
  public var scheduleShape: ScheduleShape {
    switch schedule {
    case .fixed: .fixed
    case .cosine: .cosine(cosinePeriod ?? .half)
    case .step:
      .step(
        epochs: stepEpochs ?? (dialect == .authors ? Self.authorsStepEpochs : Self.usualStepEpochs),
        factor: stepFactor ?? Self.usualStepFactor
      )
    case .piecewiseConstant: .piecewiseConstant(knots ?? [])
    case .piecewiseLinear: .piecewiseLinear(knots ?? [])
    case .warmRestarts:
      .warmRestarts(
        WarmRestarts(
          first: restartEpochs ?? Self.usualRestartEpochs,
          factor: restartFactor ?? Self.usualRestartFactor,
          least: etaMin ?? 0,
          most: etaMax ?? 1
        )
      )
    }
  }

  /// The plan with the numbers of its schedule fixed.
  var withScheduleResolved: TrainingPlan {
    var plan = self
    switch scheduleShape {
    case .fixed, .piecewiseConstant, .piecewiseLinear: break
    case .cosine(let arc): plan.cosinePeriod = arc
    case .step(let epochs, let factor): (plan.stepEpochs, plan.stepFactor) = (epochs, factor)
    case .warmRestarts(let restarts):
      (plan.restartEpochs, plan.restartFactor) = (restarts.first, restarts.factor)
      (plan.etaMin, plan.etaMax) = (restarts.least, restarts.most)
      plan.restartMomentum = restartMomentum ?? .keep
    }
    return plan
  }

  /// The schedule as the authors' code has it; nil in other dialects.
  var authorsShape: AuthorsSchedule.Shape? {
    guard dialect == .authors else { return nil }
    return switch scheduleShape {
    case .cosine: .cosine(epochs: epochs, factor: 1)
    case .warmRestarts(let restarts): .cosine(epochs: restarts.first, factor: restarts.factor)
    case .step: .multistep
    case .fixed, .piecewiseConstant, .piecewiseLinear: .fixed(epochs: epochs)
    }
  }

  /// Refuses what the authors' code cannot do.
  private func refuseForeignSchedules() throws {
    let what: String? =
      switch scheduleShape {
      case .piecewiseConstant, .piecewiseLinear: "--sched \(schedule.rawValue)"
      case .cosine(.quarter): "--cosine-period quarter"
      case .step where stepEpochs.map({ $0 != Self.authorsStepEpochs }) ?? false:
        "--step-epochs other than 80,121"
      case .step where stepFactor.map({ $0 != 0.1 }) ?? false: "--step-factor other than 0.1"
      case .warmRestarts(let restarts) where (restarts.least, restarts.most) != (0, 1):
        "--eta-min and --eta-max"
      default: warmupEpochs > 0 ? "--warmup-epochs" : nil
      }
    if let what {
      throw Failure(.usage, "--dialect authors: their code has no \(what); take --dialect paper.")
    }
  }

  /// Throws a usage failure for a schedule that cannot be followed, or is told what it does not
  /// take.
  func validateSchedule() throws {
    for field in PlanField.scheduleFields where field.get(self) != nil {
      if field.schedules.isEmpty || field.schedules.contains(schedule) { continue }
      throw Failure(
        .usage,
        "--\(field.flag) says nothing to --sched \(schedule.rawValue); it belongs to "
          + "\(field.schedules.map(\.rawValue).joined(separator: " and "))."
      )
    }
    if warmupEpochs >= epochs && warmupEpochs > 0 {
      throw Failure(
        .usage,
        "--warmup-epochs \(warmupEpochs) leaves nothing of --epochs \(epochs)."
      )
    }
    if dialect == .authors { try refuseForeignSchedules() }
    switch scheduleShape {
    case .fixed, .cosine: break
    case .step(let drops, _): try refuseIfLate("step-epochs", drops.first)
    case .piecewiseConstant, .piecewiseLinear:
      guard let first = knots?.first else {
        throw Failure(
          .usage,
          "--sched \(schedule.rawValue) needs --knots, such as 80:0.1,120:0.01."
        )
      }
      if schedule == .piecewiseConstant { try refuseIfLate("knots", first.epoch) }
    case .warmRestarts(let restarts): try refuseImpossible(restarts)
    }
  }

  /// Refuses a schedule whose first change lies behind the run's end.
  private func refuseIfLate(_ flag: String, _ first: Double?) throws {
    guard let first, first >= Double(epochs) else { return }
    throw Failure(
      .usage,
      "--\(flag): the first is \(plain(first)), but --epochs \(epochs) end before it, so that "
        + "--sched \(schedule.rawValue) would change nothing."
    )
  }

  private func refuseImpossible(_ restarts: WarmRestarts) throws {
    if restarts.least > restarts.most {
      throw Failure(
        .usage,
        "--eta-min \(plain(restarts.least)) is above --eta-max \(plain(restarts.most))."
      )
    }
    guard restarts.reaches(epochs: epochs, warmup: warmupEpochs, in: Self.mostRestartPeriods) else {
      throw Failure(
        .usage,
        "--restart-epochs \(restarts.first) and --restart-mult \(plain(restarts.factor)) cut "
          + "--epochs \(epochs) into more than \(Self.mostRestartPeriods) periods."
      )
    }
  }
}
