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
    if let place = row.epsilonPlace {
      differences += epsilonDiffers(place(here), place(there))
    }
    if let enters = row.rateEntersMomentum, enters(here) != enters(there),
      try source.constants.momentum > 0, !source.hasConstantRate
    {
      let places = enters(there) ? ["there", "here"] : ["here", "there"]
      differences.append(
        "η·α enters the momentum \(places[0]) and multiplies it \(places[1]): they are equal for "
          + "a constant rate alone."
      )
    }
    if source.amsgrad && (here == .optax) != (there == .optax) {
      differences.append(
        "AMSGrad keeps the largest v̂ in optax and the largest v, corrected afterwards, elsewhere."
      )
    }
    if source.clipNorm != nil, source.l2 ?? 0 > 0,
      here.clipsCoupledDecay != there.clipsCoupledDecay
    {
      differences.append(
        "The norm is clipped \(there.clipsCoupledDecay ? "with" : "without") what coupled decay adds "
          + "there, \(here.clipsCoupledDecay ? "with" : "without") it here."
      )
    }
    return differences
  }

  private static func epsilonDiffers(
    _ here: UpdateRuleCatalog.Row.EpsilonPlace,
    _ there: UpdateRuleCatalog.Row.EpsilonPlace
  ) -> [String] {
    if here == there { return [] }
    switch here {
    case .besideCorrectedRoot, .besideRawRoot:
      let (corrected, raw) = here == .besideRawRoot ? ("there", "here") : ("here", "there")
      return [
        "ε is added to √v̂ \(corrected) and to √v, before its correction, \(raw): the same number "
          + "counts 1/√(1 − β2^t) times as much \(raw), so it is equal in late steps alone."
      ]
    case .besideRoot, .underRoot:
      let places = there == .underRoot ? ["under", "beside"] : ["beside", "under"]
      return [
        "ε stands \(places[0]) the root there, \(places[1]) it here: no number makes them equal."
      ]
    }
  }
}
