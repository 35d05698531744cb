import Kernels
import Networks
import Plans

/// Who computes a plan and how: what no bit may depend on.
struct Place {
  /// The fields of the plan that say so; those that are the fuzzer's own business are among them.
  static let fields: Set<String> = [
    "threads", "zero", "accumulate", "kernels", "no-fusion", "no-pin", "allow-mixed-cpu",
    "data", "stage-to", "labels", "image-size", "resize", "crop", "skip-damaged", "output",
    "overwrite", "profile",
  ]

  /// Ranks under mpirun, or nil for a process alone.
  var ranks: Int?
  /// Flags of the plan.
  var settings: [(flag: String, text: String)] = []

  /// One process with one thread, all else as usual.
  static let alone = Place(settings: [("threads", "1"), ("no-pin", "true")])

  /// Other ranks, threads and ways that `plan` allows.
  static func drawn(for plan: TrainingPlan, _ dice: inout Dice) -> Place {
    var place = Place(settings: [("no-pin", "true"), ("threads", "\(dice.integer(1...3))")])
    // A lane may have to do with less than a rank.
    let most = min(plan.lanes, 6)
    if most > 1 { place.ranks = dice.integer(2...most) }
    if dice.one(in: 2) { place.settings.append(("zero", "0")) }
    if dice.one(in: 2) {
      let levels = KernelLevel.allCases.filter { $0 <= .best }.map(\.rawValue)
      place.settings.append(("kernels", dice.pick(levels)))
    }
    if dice.one(in: 2) {
      let names = dice.some(of: Fusion.allCases.map(\.rawValue))
      place.settings.append(("no-fusion", names.joined(separator: ",")))
    }
    let rounds = ("accumulate", "\(dice.integer(2...max(2, plan.lanes)))")
    var inRounds = plan
    if (try? inRounds.overlay([rounds])) != nil, (try? inRounds.validate(ranks: 1)) != nil {
      place.settings.append(rounds)
    }
    return place
  }

  /// For people: "3 ranks, --threads 2 --zero 0".
  var description: String {
    "\(ranks.map { "\($0) ranks" } ?? "alone"), "
      + settings.flatMap { flags($0) }.joined(separator: " ")
  }
}

/// A setting as words of a command line.
func flags(_ setting: (flag: String, text: String)) -> [String] {
  let field = PlanField.named(setting.flag)
  if case .flag = field?.form { return setting.text == "true" ? ["--\(setting.flag)"] : [] }
  return ["--\(setting.flag)", setting.text]
}
