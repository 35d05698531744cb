import Plans
import Tensors

/// What a plan has otherwise than the one that a run was begun with.
struct PlanChanges {
  /// A field that differs.
  struct Change {
    let field: PlanField
    let old: String?
    let new: String?

    /// "--lr 0.001 (now 0.01)".
    var text: String {
      func value(_ text: String?) -> String { text.map { $0.isEmpty ? "''" : $0 } ?? "by default" }
      return "--\(field.flag) \(value(old)) (now \(value(new)))"
    }
  }

  /// Those that decide what is trained, in the order of the table.
  let deciding: [Change]

  /// The changes from the fields that a run fixed to those that a plan fixes.
  init(from old: [String: String], to new: [String: String]) {
    deciding = PlanField.all.filter { !$0.mayChangeOnResume }.compactMap { field in
      let (before, now) = (old[field.flag], new[field.flag])
      return before == now ? nil : Change(field: field, old: before, new: now)
    }
  }

  /// Fields of which a change leaves nothing to go on with: the state has another shape.
  private static let neverAllowed: Set<String> = ["model", "shake"]

  /// Throws a usage failure that names what differs and is not among `allowed`.
  func refuse(_ run: String, except allowed: Set<String>) throws(Failure) {
    let refused = deciding.filter {
      !allowed.contains($0.field.flag) || Self.neverAllowed.contains($0.field.flag)
    }
    guard !refused.isEmpty else { return }
    let allowing = refused.filter { !Self.neverAllowed.contains($0.field.flag) }
      .map { " --allow-plan-change \($0.field.flag)" }.joined()
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
}
