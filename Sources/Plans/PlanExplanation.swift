import Optimizers
import Tensors

/// What a plan does to a weight step by step: η, the learning rate, λ, and what decay alone leaves
/// of the weight.
public struct PlanExplanation: Sendable {
  /// One step.
  public struct Row: Encodable, Hashable, Sendable {
    /// The step, from 0.
    public let step: Int
    /// Passes over the images before it.
    public let epoch: Double
    /// η.
    public let eta: Double
    /// η·α.
    public let rate: Double
    /// λ, the number that the plan means in its dialect.
    public let lambda: Double
    /// The part of a weight that decoupled decay takes off in this step.
    public let decay: Double
    /// The part of a weight that decoupled decay has left after this step, where no gradient moves
    /// it.
    public let left: Double
    /// η·α times the coefficient of coupled decay: what that adds to the step, in parts of the
    /// weight.
    public let l2: Double
  }

  /// The plan, resolved.
  public let plan: TrainingPlan
  /// What it comes to.
  public let horizon: Horizon
  /// The chosen steps, rising.
  public let rows: [Row]
  /// The part of a weight that decoupled decay leaves over the whole run, where no gradient moves
  /// it.
  public let left: Double

  /// Explains a valid plan for `samples` images at 0-based `steps`, or at those that say most;
  /// throws a usage failure for a step behind the run's last, and what `Horizon` throws.
  public init(_ plan: TrainingPlan, samples: Int, at steps: [Int]? = nil) throws {
    let horizon = try Horizon(plan, samples: samples)
    guard horizon.steps > 0 else {
      throw Failure(.usage, "--steps 0 leaves no step to explain.")
    }
    if let late = steps?.first(where: { $0 >= horizon.steps }) {
      throw Failure(
        .usage,
        "step \(late) lies behind the run, whose \(horizon.steps) steps are numbered from 0."
      )
    }
    (self.plan, self.horizon) = (try plan.resolved, horizon)
    let chosen = Set(steps ?? horizon.tellingSteps)
    (rows, left) =
      horizon.steps <= Self.mostWalked
      ? Self.walk(self.plan, horizon, chosen) : Self.jump(self.plan, horizon, chosen.sorted())
  }

  /// Steps that are gone through one by one.
  package static let mostWalked = 2_000_000

  /// Looks at the chosen steps alone, in a time that does not grow with the others.
  package static func jump(
    _ plan: TrainingPlan,
    _ horizon: Horizon,
    _ chosen: [Int]
  ) -> (rows: [Row], left: Double) {
    let left = UndrivenWeight(horizon).left(after: chosen.map { $0 + 1 } + [horizon.steps])
    let rows = zip(chosen, left).map { step, left in
      row(plan, horizon, step, eta: horizon.multiplier(at: step), left: left)
    }
    return (rows, left[chosen.count])
  }

  private static func row(
    _ plan: TrainingPlan,
    _ horizon: Horizon,
    _ step: Int,
    eta: Double,
    left: Double
  ) -> Row {
    let (lambda, rate) = (horizon.decay(at: step), eta * horizon.learningRate)
    return Row(
      step: step,
      epoch: Double(step) / Double(horizon.stepsPerEpoch),
      eta: eta,
      rate: rate,
      lambda: lambda,
      decay: horizon.decayUnit.part(
        of: lambda,
        learningRate: horizon.learningRate,
        multiplier: eta
      ),
      left: left,
      l2: rate * (plan.l2 ?? 0)
    )
  }

  /// Goes through all steps once and keeps the chosen ones.
  package static func walk(
    _ plan: TrainingPlan,
    _ horizon: Horizon,
    _ chosen: Set<Int>
  ) -> (rows: [Row], left: Double) {
    let perEpoch = horizon.stepsPerEpoch
    var (rows, left) = ([Row](), 1.0)
    for epoch in 0..<(horizon.steps + perEpoch - 1) / perEpoch {
      let first = epoch * perEpoch
      let multipliers = horizon.course.multipliers(inEpoch: epoch)
      for step in first..<min(first + perEpoch, horizon.steps) {
        let eta = multipliers[step - first]
        let part = horizon.decayUnit.part(
          of: horizon.decay(at: step),
          learningRate: horizon.learningRate,
          multiplier: eta
        )
        // Of what is taken more than whole nothing is left.
        left *= max(0, 1 - part)
        guard chosen.contains(step) else { continue }
        rows.append(row(plan, horizon, step, eta: eta, left: left))
      }
    }
    return (rows, left)
  }

  /// What is worth a warning; a decay that train would refuse among it.
  public var warnings: [String] {
    horizon.warnings + [horizon.strongDecayWarning].compactMap(\.self)
  }

  /// λ in each restart period as the paper would have it, the part that decay takes at η = 1: raw,
  /// times α where the dialect has it so.
  public var paperDecays: [Double] { horizon.fullDecays }

  /// λ_norm of the paper's formula for each of `paperDecays`: λ/√(b/(B·T)).
  public var paperNorms: [Double] {
    zip(paperDecays, horizon.course.periodEpochs).map { full, epochs in
      let unit = Double(plan.batchSize) / (Double(horizon.samples) * epochs)
      return epochs > 0 ? full / unit.squareRoot() : 0
    }
  }

  /// The λ of the paper's SGDW that coupled decay comes near in the steady state of SGD and SGDW,
  /// α·c·(1 − τ)/(1 − β1); nil for other rules.
  public var coupledAsDecoupled: Double? {
    guard let l2 = plan.l2, l2 > 0, let constants = try? plan.constants,
      (try? plan.ruleRow.isPlainDescent) == true
    else { return nil }
    let share = constants.momentum > 0 ? 1 - constants.dampening : 1
    return horizon.learningRate * l2 * share / (1 - constants.momentum)
  }
}

extension Horizon {
  /// The part of a weight that decay takes at η = 1 in each period.
  var fullDecays: [Double] {
    decays.map { decayUnit.part(of: $0, learningRate: learningRate, multiplier: 1) }
  }
}
