import Optimizers

extension DialectTranslation {
  /// What is not the same in the target's dialect, beside decay.
  static func otherDifferences(_ source: TrainingPlan, _ target: TrainingPlan) throws -> [String] {
    let row = try source.ruleRow
    let (here, there) = (source.dialect, target.dialect)
    var differences: [String] = []
    let isCosine = source.schedule == .cosine || source.schedule == .warmRestarts
    if isCosine && (here == .authors) != (there == .authors) {
      differences.append(
        "The authors' code counts a batch before it asks for η: through its first period η is "
          + "a step ahead."
      )
    }
    if row.takes.contains(.betas) && here.epsilonIsUncorrected != there.epsilonIsUncorrected {
      let (corrected, raw) = here.epsilonIsUncorrected ? ("there", "here") : ("here", "there")
      differences.append(
        "ε is added to √v̂ \(corrected) and to √v, before its correction, \(raw): the same number "
          + "counts 1/√(1 − β2^t) times as much \(raw), so it is equal in late steps alone."
      )
    }
    let isRooted = row.name == "rmsprop" || row.name == "adagrad"
    if isRooted && here.epsilonIsUnderRoot != there.epsilonIsUnderRoot {
      let places = there.epsilonIsUnderRoot ? ["under", "beside"] : ["beside", "under"]
      differences.append(
        "ε stands \(places[0]) the root there, \(places[1]) it here: no number makes them equal."
      )
    }
    if try momentumDiffers(source, there) {
      let enters = entersMomentum(row.name, there) ? ["there", "here"] : ["here", "there"]
      differences.append(
        "η·α enters the momentum \(enters[0]) and multiplies it \(enters[1]): they are equal for "
          + "a constant rate alone."
      )
    }
    if source.amsgrad && (here == .optax) != (there == .optax) {
      differences.append(
        "AMSGrad keeps the largest v̂ in optax and the largest v, corrected afterwards, elsewhere."
      )
    }
    return differences
  }

  private static func momentumDiffers(_ source: TrainingPlan, _ there: Dialect) throws -> Bool {
    guard try source.ruleRow.takes.contains(.momentum), try source.constants.momentum > 0 else {
      return false
    }
    return !source.hasConstantRate
      && entersMomentum(source.rule, source.dialect) != entersMomentum(source.rule, there)
  }

  private static func entersMomentum(_ rule: String, _ dialect: Dialect) -> Bool {
    rule == "rmsprop" ? dialect.epsilonIsUnderRoot : dialect.ratesEnterMomentum
  }
}
