import Datasets
import Networks
import Plans

/// A random plan for a folder of images.
struct DrawnPlan {
  /// Its flags, as they are given.
  private(set) var settings: [(flag: String, text: String)] = []
  /// What they come to.
  private(set) var plan = TrainingPlan()
  /// Whether a flag was put in that this program should refuse.
  private(set) var isRefused = false

  /// Multiply-adds of a run at most: about a second of one core.
  private static let bound = 1e11

  /// Draws values of some fields, and keeps those that go together.
  ///
  /// One plan of ten gets a flag more that does not: it must be refused alike wherever it is run.
  init(data: String, _ dice: inout Dice) throws {
    plan.data = data
    settings = FieldValues.least
    try plan.overlay(settings)
    let share = dice.integer(1...4)
    let fields = PlanField.all.filter { !Place.fields.contains($0.flag) }
    func order(_ field: PlanField) -> Int {
      FieldValues.first.firstIndex(of: field.flag) ?? FieldValues.first.count
    }
    let shuffled = fields.shuffled(using: &dice).sorted { order($0) < order($1) }
    var refused: [(flag: String, text: String)] = []
    for field in shuffled {
      guard let text = FieldValues.text(of: field, &dice) else {
        throw Complaint("no values of --\(field.flag) are known: add them to FieldValues")
      }
      guard FieldValues.always.contains(field.flag) || dice.one(in: share) else { continue }
      let setting = (field.flag, text)
      if take(setting) { continue }
      // A large network is tried for two steps.
      if field.flag == "model", take(("steps", "2")), take(setting) { continue }
      refused.append(setting)
    }
    if let first = refused.first, dice.one(in: 10) {
      settings.removeAll { $0.flag == first.flag }
      settings.append(first)
      isRefused = true
    }
  }

  /// Adds a setting where the plan stays one that can be run in a moment.
  private mutating func take(_ setting: (flag: String, text: String)) -> Bool {
    let kept = settings.filter { $0.flag != setting.flag } + [setting]
    var next = TrainingPlan()
    next.data = plan.data
    do {
      try next.overlay(kept)
      try next.validate(ranks: 1)
      let source = try openDataSource(next.dataRequest)
      let horizon = try Horizon(next, samples: source.train.count)
      let model = try ModelCatalog.model(
        next.model,
        input: source.train.shape,
        classes: source.train.classes.count,
        shake: next.shake
      )
      let evaluations = next.evalEvery == 0 ? 1 : next.epochs
      let images =
        3 * horizon.steps * next.batchSize + evaluations * source.measured.images.count
      guard Double(model.multiplyAdds) * Double(images) <= Self.bound else { return false }
    } catch {
      return false
    }
    (plan, settings) = (next, kept)
    return true
  }

  /// Its flags as words of a command line.
  var words: [String] { settings.flatMap { flags($0) } }
}

/// Why the fuzzer cannot go on.
struct Complaint: Error {
  let text: String

  init(_ text: String) { self.text = text }
}
