import Plans
import Runs
import Tensors

/// The stretches of a run that were each trained by one plan.
struct PlanStretches {
  /// Where a session went on with another plan, the first first.
  private let changes: [(step: Int, changes: [PlanChange])]

  /// Those of a run that had these sessions, the last one last.
  init(_ sessions: [RunSession]) {
    var changes: [(step: Int, changes: [PlanChange])] = []
    var end = Int.max
    // What a later session went back behind is no part of the run any more.
    for session in sessions.reversed() where session.fromStep < end {
      end = session.fromStep
      if let some = session.planChanges { changes.append((end, some)) }
    }
    self.changes = changes.reversed()
  }

  /// Throws `Failure` (.usage) where the steps `from` to `to` of `run` were not trained by one plan,
  /// and says which part of them can be replayed; `saved` are the steps of its checkpoints.
  func admit(_ from: Int, _ to: Int, of run: String, saved: [Int]) throws(Failure) {
    guard let (step, some) = changes.first(where: { from < $0.step && $0.step < to }) else {
      return
    }
    let next = saved.filter { step <= $0 && $0 <= to }.min().map { " or --from \($0)" } ?? ""
    throw Failure(
      .usage,
      "\(run) went on after step \(step) with \(some.map(\.text).joined(separator: ", ")), so that "
        + "steps \(from) to \(to) were not trained by one plan: give --to \(step)\(next)."
    )
  }

  /// Makes the run's last plan that of the steps behind `from`; returns what is otherwise in it.
  ///
  /// Throws `Failure` (.usage) for a value that this program does not know.
  func rewind(_ plan: inout TrainingPlan, to from: Int) throws -> [PlanChange] {
    let undone = changes.filter { $0.step > from }.reversed().flatMap(\.changes)
    for change in undone {
      guard let field = PlanField.named(change.flag) else { continue }
      if let old = change.old { try field.assign(old, to: &plan) } else { field.reset(&plan) }
    }
    return undone
  }
}
