import Optimizers
import Plans
import Runs
import Tensors

/// What a plan has otherwise than the one that a run was begun with.
package struct PlanChanges {
  /// Those that decide what is trained, in the order of the table.
  package let deciding: [PlanChange]

  private let old: [String: String]
  private let new: [String: String]

  /// The changes from the fields that a run fixed to those that a plan fixes.
  ///
  /// A field that a side does not have is as it is by default: an older program did not know it.
  package init(from old: [String: String], to new: [String: String]) {
    (self.old, self.new) = (old, new)
    let usual = TrainingPlan()
    deciding = PlanField.all.filter { !$0.mayChangeOnResume }.compactMap { field in
      let (before, now) = (old[field.flag], new[field.flag])
      let isSame = before == now || (before ?? field.get(usual)) == (now ?? field.get(usual))
      return isSame ? nil : PlanChange(flag: field.flag, old: before, new: now)
    }
  }

  /// The arrays of the state that a run of a plan goes on with.
  private static func arrays(_ plan: TrainingPlan) throws -> [String] {
    // What a rule objects to is refused as such where the whole plan is looked at.
    guard try plan.ruleRow.objection(plan.constants, plan.dialect) == nil else { return [] }
    return try plan.updateRule.state.map(\.name) + (plan.averageDecay == nil ? [] : ["average"])
  }

  /// The flags that nobody can allow: with another the state has other arrays.
  private func neverAllowed() throws -> Set<String> {
    let fixed = deciding.map(\.flag).filter { PlanField.named($0)?.neverChangesOnResume == true }
    if !fixed.isEmpty { return Set(fixed) }
    let before = try CheckpointManifest.Facts.plan(old)
    let arrays = try Self.arrays(before)
    if try Self.arrays(CheckpointManifest.Facts.plan(new)) == arrays { return [] }
    let reshaping = try deciding.filter { change in
      var plan = before
      if let value = change.new {
        try PlanField.named(change.flag)?.assign(value, to: &plan)
      } else {
        PlanField.named(change.flag)?.reset(&plan)
      }
      return try Self.arrays(plan) != arrays
    }
    return Set(reshaping.map(\.flag))
  }

  /// The flags with which the last start of a run was let go on otherwise than its checkpoints were
  /// trained: it may have come to none of its own.
  private func accepted(by run: String) -> Set<String> {
    let recorded = RunRecord.sessions(in: run).flatMap { $0.planChanges ?? [] }
    var plan = TrainingPlan()
    guard !recorded.isEmpty, (try? PlanFile.apply(record: run, to: &plan)) != nil,
      let last = try? CheckpointManifest.Facts.fields(plan)
    else { return [] }
    let some = deciding.filter { change in
      last[change.flag] == change.new
        && recorded.contains { $0.flag == change.flag && $0.new == change.new }
    }
    return Set(some.map(\.flag))
  }

  /// Throws a usage failure that names what differs and neither is among `allowed` nor was at the
  /// last start of `run`.
  func refuse(_ run: String, except allowed: Set<String>) throws {
    if deciding.isEmpty { return }
    let never = try neverAllowed()
    let allowed = allowed.union(accepted(by: run)).subtracting(never)
    let refused = deciding.filter { !allowed.contains($0.flag) }
    guard !refused.isEmpty else { return }
    let allowing = refused.map { " --allow-plan-change \($0.flag)" }.joined()
    let impossible = refused.filter { never.contains($0.flag) }
    let others = refused.count == 1 ? "it" : "them"
    // What can be allowed does not help where something else cannot.
    let way =
      impossible.isEmpty
      ? "give \(others) as before, or go on with another plan by\(allowing)"
      : "its state goes with no other \(impossible.map { "--\($0.flag)" }.joined(separator: ", ")); "
        + "give \(others) as before, or take another --output"
    throw Failure(
      .usage,
      "the run in \(run) was trained with \(refused.map(\.text).joined(separator: ", ")): \(way)."
    )
  }

  /// What the changes do to learning rate and decay behind `step`, of a run on so many images; nil
  /// where there are none.
  ///
  /// Throws `Failure` (.usage) for an old plan that this program does not know.
  func effect(_ plan: TrainingPlan, images: Int, after step: Int) throws -> String? {
    guard !deciding.isEmpty else { return nil }
    let before = try CheckpointManifest.Facts.plan(old)
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
