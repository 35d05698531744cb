import Optimizers
import Plans
import Runs
import Tensors

/// What a plan has otherwise than the one that a run was begun with.
struct PlanChanges {
  /// Those that decide what is trained, in the order of the table.
  let deciding: [PlanChange]

  /// The changes from the fields that a run fixed to those that a plan fixes.
  init(from old: [String: String], to new: [String: String]) {
    deciding = PlanField.all.filter { !$0.mayChangeOnResume }.compactMap { field in
      let (before, now) = (old[field.flag], new[field.flag])
      return before == now ? nil : PlanChange(flag: field.flag, old: before, new: now)
    }
  }

  /// Fields of which a change leaves nothing to go on with: the state has another shape.
  private static let neverAllowed: Set<String> = ["model", "shake"]

  /// Throws a usage failure that names what differs and is not among `allowed`.
  func refuse(_ run: String, except allowed: Set<String>) throws(Failure) {
    let refused = deciding.filter {
      !allowed.contains($0.flag) || Self.neverAllowed.contains($0.flag)
    }
    guard !refused.isEmpty else { return }
    let allowing = refused.filter { !Self.neverAllowed.contains($0.flag) }
      .map { " --allow-plan-change \($0.flag)" }.joined()
    let others = refused.count == 1 ? "it" : "them"
    let way =
      allowing.isEmpty
      ? "give \(others) as before, or take another --output"
      : "give \(others) as before, or go on with another plan by\(allowing)"
    throw Failure(
      .usage,
      "the run in \(run) was trained with \(refused.map(\.text).joined(separator: ", ")): \(way)."
    )
  }

  /// What the changes do to learning rate and decay behind `step`, of a run on so many images; nil
  /// where there are none.
  ///
  /// Throws `Failure` (.usage) for an old plan that this program does not know.
  func effect(_ old: [String: String], _ plan: TrainingPlan, images: Int, after step: Int) throws
    -> String?
  {
    guard !deciding.isEmpty else { return nil }
    var before = TrainingPlan()
    try before.overlay(
      PlanField.all.compactMap { field in old[field.flag].map { (field.flag, $0) } }
    )
    let (first, second) = (
      try Horizon(before, samples: images), try Horizon(plan, samples: images)
    )
    func figures(_ horizon: Horizon) -> (eta: String, decay: String, steps: Int) {
      (
        significant(horizon.schedule.multiplier(at: min(step, horizon.steps))),
        significant(horizon.decay), horizon.steps
      )
    }
    let (a, b) = (figures(first), figures(second))
    var sentences = ["it goes on with \(deciding.map(\.text).joined(separator: ", "))"]
    if a.steps != b.steps { sentences.append("of \(a.steps) steps it takes \(b.steps)") }
    if a.eta != b.eta { sentences.append("η after step \(step) is \(b.eta) instead of \(a.eta)") }
    if a.decay != b.decay { sentences.append("λ is \(b.decay) instead of \(a.decay)") }
    return sentences.joined(separator: "; ")
      + ": this is another run than one that had this plan from the start."
  }
}
