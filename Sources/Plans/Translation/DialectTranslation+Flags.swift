import Optimizers

extension DialectTranslation {
  /// The flags that say the rule in its dialect, decay to six digits; nil where it cannot be said.
  ///
  /// What the dialect takes as usual is left out, but for the learning rate and decay. The
  /// schedule's flags stay as they are.
  public var flags: String? {
    guard var plan else { return nil }
    var bare = TrainingPlan()
    (bare.rule, bare.dialect) = (plan.rule, plan.dialect)
    let usual = (try? bare.resolved) ?? bare
    plan.weightDecay = plan.weightDecay.map(Self.sixDigits)
    plan.weightDecayNorm = plan.weightDecayNorm.map(Self.sixDigits)
    let always = ["dialect", "opt", "lr", "weight-decay", "weight-decay-norm"]
    let fields = always.compactMap(PlanField.named) + PlanField.ruleFields
    var words: [String] = []
    for field in fields {
      guard let text = field.get(plan) else { continue }
      let word = "--\(field.flag)"
      guard !words.contains(where: { $0 == word || $0.hasPrefix(word + " ") }),
        always.contains(field.flag) || text != field.get(usual)
      else { continue }
      if case .flag = field.form { words.append(word) } else { words.append("\(word) \(text)") }
    }
    if plan.allowStrongDecay { words.append("--allow-strong-decay") }
    return words.joined(separator: " ")
  }

  private static func sixDigits(_ x: Double) -> Double { Double(significant(x, digits: 6)) ?? x }
}
