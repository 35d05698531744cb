extension TrainingPlan {
  /// Sets fields from texts over what is there; throws a usage failure that names the flag.
  ///
  /// Of two flags that exclude each other the new one takes the old one's place; a new schedule or network does away with the flags of the old one.
  /// So a plan in layers (a preset, a file, flags) means what its top layer says.
  public mutating func overlay(_ settings: [(flag: String, text: String)]) throws {
    let names = Set(settings.map(\.flag))
    if names.contains("weight-decay") { weightDecayNorm = nil }
    if names.contains("weight-decay-norm") { weightDecay = nil }
    let before = (schedule, model)
    for (flag, text) in settings where ["sched", "model"].contains(flag) {
      try PlanField.named(flag)?.assign(text, to: &self)
    }
    if model != before.1 { shake = nil }
    if schedule != before.0 {
      (cosinePeriod, stepEpochs, stepFactor, knots) = (nil, nil, nil, nil)
      (restartEpochs, restartFactor, etaMin, etaMax) = (nil, nil, nil, nil)
      restartMomentum = nil
    }
    for (flag, text) in settings { try PlanField.named(flag)?.assign(text, to: &self) }
  }
}
